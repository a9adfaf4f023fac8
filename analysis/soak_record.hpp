#pragma once

#include <cstddef>
#include <optional>

#include "analysis/run_distributions.hpp"
#include "analysis/run_soak.hpp"
#include "analysis/soak_sensors.hpp"
#include "harness/time.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// What was seen of the machine while the test ran.
struct SoakEvidence {
  WatchedSeries watched;
  std::optional<SensorSeries> idle;  ///< before the load
  std::optional<double> ambient_c;
  std::size_t loops = 20;
};

/// The soak of a test: its points, the audit of what was sustained, and the verdict with its evidence.
[[nodiscard]] SoakRecord soak_record(const TestResult& result, const RunDistributions& distributions,
                                     const SoakEvidence& evidence);

}  // namespace assay
