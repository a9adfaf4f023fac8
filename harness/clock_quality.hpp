#pragma once

#include <cstdint>
#include <string>

#include "harness/clock.hpp"
#include "harness/time.hpp"

namespace assay {

/// The instrument's own error, measured at the start of every run and kept with the result.
struct ClockQuality {
  std::string source;             ///< "CLOCK_MONOTONIC_RAW (tsc)"
  double cost_ns = 0.0;           ///< of one reading, minimum over batches
  std::int64_t resolution_ns = 0; ///< smallest positive step seen
  std::uint64_t backward_steps = 0;
  Nanoseconds wake_error_p50{0};  ///< how late a sleep ends
  Nanoseconds wake_error_p90{0};
  Nanoseconds wake_error_max{0};
  Nanoseconds spin_margin{0};     ///< chosen from the wake error; see SteadyClock
};

/// Takes about 50 ms. Reads `clock` in batches and sleeps 100 times for 200 us.
[[nodiscard]] ClockQuality measure_clock_quality(Clock& clock);

}  // namespace assay
