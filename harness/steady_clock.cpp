#include "harness/steady_clock.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <ctime>

#include "harness/cpu_relax.hpp"

namespace assay {

namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

void sleep_for(Nanoseconds duration) noexcept {
  timespec remaining{.tv_sec = duration.count() / kNanosecondsPerSecond,
                     .tv_nsec = duration.count() % kNanosecondsPerSecond};
  // The raw clock cannot be slept on; a relative sleep is short enough that the slew of CLOCK_MONOTONIC (at most
  // 500 ppm) stays within the spin margin. A signal ends it early: the caller looks at the clock again.
  clock_nanosleep(CLOCK_MONOTONIC, 0, &remaining, nullptr);
}

}  // namespace

Instant SteadyClock::now() const noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC_RAW, &time);
  return Instant{Nanoseconds{time.tv_sec * kNanosecondsPerSecond + time.tv_nsec}};
}

Instant SteadyClock::wait_until(Instant deadline) noexcept {
  // Long waits are cut so that the difference between the slewed and the raw clock never adds up.
  constexpr Nanoseconds kLongestSleep = std::chrono::milliseconds{100};
  Instant time = now();
  while (time < deadline) {
    const Nanoseconds asleep = deadline - time - policy_.spin_margin;
    if (asleep > Nanoseconds::zero()) {
      sleep_for(std::min(asleep, kLongestSleep));
    }
    time = now();
  }
  return time;
}

bool SteadyClock::wait(Signal& signal, std::uint32_t seen, Instant deadline) noexcept {
  const Instant begin = now();
  Instant time = begin;
  while (signal.epoch() == seen) {
    if (time >= deadline) {
      return false;
    }
    if (time - begin >= policy_.signal_spin) {
      signal.sleep(seen, deadline - time);
    } else {
      cpu_relax();
    }
    time = now();
  }
  return true;
}

void request_precise_sleep() noexcept { prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }

}  // namespace assay
