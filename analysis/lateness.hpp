#pragma once

#include "analysis/run_document.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// How late the generator issued its queries: issued minus scheduled, an early issue counting as 0. Server only:
/// elsewhere nothing is scheduled, and the percentiles are absent. Source of the rule:
/// TestSettings::lateness_threshold.
[[nodiscard]] LatenessRecord lateness_record(const TestResult& result);

}  // namespace assay
