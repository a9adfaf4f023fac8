#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/latency_distribution.hpp"
#include "analysis/percentile.hpp"
#include "analysis/run_distributions.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// A limit that a percentile of one distribution must keep: the constraint of the Server scenario. Refers to the
/// distribution, which must outlive it.
struct LatencyWindow {
  std::string_view code;  ///< "latency_constraint", "first_token_constraint", "token_time_constraint"
  std::string_view noun;  ///< "latency", "time to first token", "time per token"
  const LatencyDistribution* distribution;
  Percentile percentile;
  Nanoseconds limit;

  [[nodiscard]] std::uint64_t over() const { return distribution->count_over(limit); }
  /// The percentile is within the limit. False where nothing was observed.
  [[nodiscard]] bool holds() const;
  /// "p99 latency 15.9 ms is above the window of 10.0 ms; 97.1 % [95.9, 98.0] were within it"
  [[nodiscard]] std::string finding() const;
};

/// The windows that the settings of a Server test state, each with its own distribution; judged independently, so a
/// run that misses several says so of each. Empty in the other scenarios, where a window is reported and not judged.
[[nodiscard]] std::vector<LatencyWindow> latency_windows(const TestResult& result,
                                                         const RunDistributions& distributions);

}  // namespace assay
