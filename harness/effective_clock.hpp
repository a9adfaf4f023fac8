#pragma once

#include <cstdint>

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

/// Measures on the calling thread's CPU for about `duration`. Unavailable on other architectures, and where no sample
/// was clean.
[[nodiscard]] Reading<EffectiveClock> measure_effective_clock(Clock& clock, const ThreadMeter& meter,
                                                              Nanoseconds duration = std::chrono::milliseconds{50});

}  // namespace assay
