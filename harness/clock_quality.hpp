#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/clock.hpp"
#include "harness/time.hpp"

namespace assay {

/// The instrument's own error, measured at the start of every run and kept with the result.
struct ClockQuality {
  std::string source;              ///< "CLOCK_MONOTONIC_RAW (tsc)"
  double cost_ns = 0.0;            ///< of one reading, minimum over batches
  std::int64_t resolution_ns = 0;  ///< smallest positive step seen; 0 if the clock never moved
  std::uint64_t backward_steps = 0;
  Nanoseconds wake_error_p50{0};  ///< how late a sleep ends
  Nanoseconds wake_error_p90{0};
  Nanoseconds wake_error_max{0};
  Nanoseconds spin_margin{0};  ///< chosen from the wake error; see SteadyClock
};

/// Takes about 50 ms. Reads `clock` in batches and sleeps 100 times for 200 us, with the timer slack of the calling
/// thread lowered to 1 ns (and left there). A clock other than SteadyClock does its own waiting, so that a
/// SimulatedClock is measured in no time.
[[nodiscard]] ClockQuality measure_clock_quality(Clock& clock);

/// Percentiles of `lateness` (exact ranks, ceil(p n)) and the margin that follows from them, into `quality`.
/// Does nothing if `lateness` is empty.
void set_wake_error(ClockQuality& quality, std::vector<Nanoseconds> lateness);

/// max(250 us, 2 x p90 of the wake error), at most 500 us: a longer spin would eat the CPU that the work needs.
[[nodiscard]] Nanoseconds spin_margin_for(Nanoseconds wake_error_p90);

}  // namespace assay
