#pragma once

#include <optional>

#include "analysis/run_distributions.hpp"
#include "analysis/run_emulation.hpp"
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
  std::optional<EnvelopeRecord> emulated;  ///< the device that the run was emulated as
};

/// The soak of a test: its points, the audit of what was sustained, and the verdict with its evidence. Of an emulated
/// run the points' temperature, throttle flag and trip are the model's, and the clock is the measured one times the
/// model's factor; the machine's own sensors stay beside, but for its energy,
/// which tells nothing of such a device.
[[nodiscard]] SoakRecord soak_record(const TestResult& result, const RunDistributions& distributions,
                                     const SoakEvidence& evidence);

}  // namespace assay
