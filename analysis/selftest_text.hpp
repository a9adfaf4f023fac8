#pragma once

#include <string>

#include "analysis/format.hpp"
#include "analysis/selftest_record.hpp"

namespace assay {

/// The table: check, truth, measured, interval, verdict, and below each row its evidence in numbers.
[[nodiscard]] std::string selftest_text(const SelftestRecord& record, Charset charset);

/// "23 PASS, 0 FAIL, 2 NOT POSSIBLE HERE"
[[nodiscard]] std::string selftest_counts(const SelftestRecord& record);

}  // namespace assay
