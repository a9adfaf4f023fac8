#include "harness/clock_cross_check.hpp"

#include <algorithm>
#include <ctime>

namespace assay {

namespace {

Nanoseconds read(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

ElapsedByClock read_all() {
  return {.raw = read(CLOCK_MONOTONIC_RAW), .monotonic = read(CLOCK_MONOTONIC), .boottime = read(CLOCK_BOOTTIME)};
}

}  // namespace

Nanoseconds clock_disagreement(const ElapsedByClock& elapsed) {
  constexpr std::int64_t kSlewDivisor = 2000;  // 500 ppm: the largest rate correction that adjtimex(2) applies
  constexpr Nanoseconds kReadingGap = std::chrono::milliseconds{1};  // a preemption between two readings
  const Nanoseconds slew_allowed = elapsed.raw / kSlewDivisor + kReadingGap;
  const Nanoseconds stepped = std::chrono::abs(elapsed.monotonic - elapsed.raw) - slew_allowed;
  const Nanoseconds suspended = elapsed.boottime - elapsed.monotonic - kReadingGap;
  return std::max({Nanoseconds::zero(), stepped, suspended});
}

ClockCrossCheck::ClockCrossCheck() : begin_(read_all()) {}

Nanoseconds ClockCrossCheck::disagreement() const {
  const ElapsedByClock now = read_all();
  return clock_disagreement({.raw = now.raw - begin_.raw,
                             .monotonic = now.monotonic - begin_.monotonic,
                             .boottime = now.boottime - begin_.boottime});
}

}  // namespace assay
