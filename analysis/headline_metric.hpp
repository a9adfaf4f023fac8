#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "analysis/run_distributions.hpp"
#include "analysis/run_document.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// The one number of a scenario, as MLPerf Inference has it (inference_rules.adoc, "Scenarios").
struct HeadlineMetric {
  std::string name;
  std::string unit;  ///< "s" or "samples/s"
  EstimateRecord estimate;
};

/// SingleStream and MultiStream: early-stopping estimate of the target percentile of the response time per query.
/// Server: completed samples per second, absent when the window does not hold. Offline: samples per second.
[[nodiscard]] HeadlineMetric headline_metric(const TestResult& result, const RunDistributions& distributions);

/// Completed per second until the last completion, not the last issue: a straggler counts (LoadGen divides by the
/// completion of the query that was issued last). Absent when nothing completed or no time passed.
[[nodiscard]] std::optional<double> rate_to_last_completion(std::uint64_t completed, Nanoseconds last_completion);

}  // namespace assay
