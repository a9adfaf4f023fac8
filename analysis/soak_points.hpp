#pragma once

#include <span>
#include <vector>

#include "analysis/run_distributions.hpp"
#include "analysis/run_soak.hpp"
#include "harness/time.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// What the work itself did over a soak.
struct SoakCourse {
  Nanoseconds period{0};          ///< of a point: whole base periods, enough for 20 responses on average
  std::vector<SoakPoint> points;  ///< whole ones
  Nanoseconds left_out{0};        ///< after the last whole point
};

/// Throughput and percentiles of the responses by the point in which they completed. Throws std::invalid_argument for
/// a base period of 0 or less.
[[nodiscard]] SoakCourse soak_course(const TestResult& result, const RunDistributions& distributions,
                                     Nanoseconds base_period);

/// The P99 of the responses that completed in each loop, with its interval or with how many it still needs. Loops as
/// an audit of these points has them.
[[nodiscard]] std::vector<EstimateRecord> loop_p99(const TestResult& result, const RunDistributions& distributions,
                                                   Nanoseconds period, std::span<const SoakLoop> loops);

}  // namespace assay
