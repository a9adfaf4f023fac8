#include "harness/effective_clock.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/measurement.hpp"

namespace assay {

namespace {

#if defined(__x86_64__) || defined(__aarch64__)
constexpr bool kKnownHere = true;
#else
constexpr bool kKnownHere = false;
#endif

}  // namespace

void run_dependent_additions(std::uint64_t iterations) noexcept {
  // Adding a register, not a constant: newer cores fold chains of constants before they execute them.
  std::uint64_t sum = iterations;
  const std::uint64_t step = iterations | 1U;
  for (std::uint64_t i = 0; i < iterations; ++i) {
#if defined(__x86_64__)
    asm volatile(".rept 64\n\tadd %1, %0\n\t.endr" : "+r"(sum) : "r"(step) : "cc");
#elif defined(__aarch64__)
    asm volatile(".rept 64\n\tadd %0, %0, %1\n\t.endr" : "+r"(sum) : "r"(step));
#else
    asm volatile("" : "+r"(sum) : "r"(step));
#endif
  }
}

Nanoseconds back_to_back_cost(Clock& clock) {
  constexpr int kTries = 1000;
  Nanoseconds shortest = Nanoseconds::max();
  for (int i = 0; i < kTries; ++i) {
    const Instant first = clock.now();
    shortest = std::min(shortest, clock.now() - first);
  }
  return shortest;
}

std::optional<double> estimate_clock(Clock& clock, const ThreadMeter& meter, Nanoseconds clock_cost) {
  // 40 us at 3.2 GHz. A reading of the clock resolves 20 ns on the machines seen, 0.05 % of that.
  constexpr std::uint64_t kIterations = 2000;
  if (!kKnownHere) {
    return std::nullopt;
  }
  const ThreadUse before = meter.read();
  const Instant begin = clock.now();
  run_dependent_additions(kIterations);
  const Nanoseconds elapsed = clock.now() - begin - clock_cost;
  if (elapsed <= Nanoseconds::zero() || contamination_of(elapsed, before, meter.read()) != Contamination::none) {
    return std::nullopt;
  }
  return static_cast<double>(kIterations * kAdditionsPerIteration) / seconds(elapsed);
}

Reading<EffectiveClock> measure_effective_clock(Clock& clock, const ThreadMeter& meter, Nanoseconds duration) {
  if (!kKnownHere) {
    return Unavailable{"no chain of known length for this architecture"};
  }
  const StopAfterTime rule(duration);
  const Measurement measurement = measure(run_dependent_additions, clock, meter, rule);
  std::vector<double> rates;
  for (const double seconds_per_iteration : measurement.clean_seconds_per_iteration()) {
    rates.push_back(static_cast<double>(kAdditionsPerIteration) / seconds_per_iteration);
  }
  if (rates.empty()) {
    return Unavailable{
        fmt::format("none of {} samples was clean: other work took the CPU in each", measurement.observations.size())};
  }
  std::ranges::sort(rates);
  return EffectiveClock{.median_hz = rates[rates.size() / 2],
                        .max_hz = rates.back(),
                        .clean_count = rates.size(),
                        .contaminated_count = measurement.contaminated_count()};
}

}  // namespace assay
