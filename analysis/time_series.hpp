#pragma once

#include <vector>

#include "analysis/run_distributions.hpp"
#include "analysis/run_document.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// Completions and response times over the run, by completion time: at most 600 equal intervals of 1, 2 or 5 times a
/// power of ten nanoseconds, wide enough for twenty completions on average. An interval of fewer than 100 completions
/// has no p99, an empty one no p50. The last interval ends with the last completion.
[[nodiscard]] std::vector<SeriesPoint> time_series(const TestResult& result, const RunDistributions& distributions);

}  // namespace assay
