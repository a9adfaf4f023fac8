#pragma once

#include <optional>

#include "analysis/run_soak.hpp"
#include "harness/sensor_series.hpp"
#include "harness/time.hpp"

namespace assay {

/// What a sampler took, and when the work that it watched began.
struct WatchedSeries {
  SensorSeries series;
  Instant begin;
};

/// Puts the readings to the points of the soak in which they were taken: the clock of the slowest core probed, steal
/// and foreign shares, switches, the temperature of the sensor that came nearest its trip (or was hottest, where none
/// has one), the power of the processor packages (without them that of the batteries while they are discharged), and
/// whether a throttle count rose. Sensors of a GPU are kept beside, for the work ran on the processor.
///
/// `idle` is a series taken before the load, for the idle power.
void add_readings(SoakRecord& soak, const WatchedSeries& watched, const std::optional<SensorSeries>& idle);

}  // namespace assay
