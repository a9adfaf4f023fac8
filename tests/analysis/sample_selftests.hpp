#pragma once

#include "analysis/selftest_record.hpp"

namespace assay {

/// A self-test with a check of each verdict.
[[nodiscard]] SelftestRecord sample_selftest();

}  // namespace assay
