#pragma once

#include <cstdint>
#include <optional>

#include "harness/clock.hpp"
#include "harness/thread_meter.hpp"
#include "harness/unavailable.hpp"

namespace assay {

/// The rate at which a core really runs, from a chain of additions that each wait for the one before: one cycle each on
/// every x86-64 and arm64 core. Nominal and TSC rates say something else.
struct EffectiveClock {
  double median_hz = 0.0;
  double max_hz = 0.0;  ///< of the clean samples: noise only slows
  std::uint64_t clean_count = 0;
  std::uint64_t contaminated_count = 0;
};

/// Runs `iterations` times a block of kAdditionsPerIteration dependent additions in registers.
inline constexpr std::uint64_t kAdditionsPerIteration = 64;
void run_dependent_additions(std::uint64_t iterations) noexcept;

/// The shortest time between two readings of `clock` in a row: what a reading adds to every interval.
[[nodiscard]] Nanoseconds back_to_back_cost(Clock& clock);

/// The rate [1/s] of the calling thread's core right now, from one stretch of about 40 us. `clock_cost` is taken off
/// the time. Meant to stand beside a sample. Nothing if the stretch was disturbed, and on other architectures.
[[nodiscard]] std::optional<double> estimate_clock(Clock& clock, const ThreadMeter& meter, Nanoseconds clock_cost);

/// Measures on the calling thread's CPU for about `duration`. Unavailable on other architectures, and where no sample
/// was clean.
[[nodiscard]] Reading<EffectiveClock> measure_effective_clock(Clock& clock, const ThreadMeter& meter,
                                                              Nanoseconds duration = std::chrono::milliseconds{50});

}  // namespace assay
