#include "harness/clock_cross_check.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace assay {

namespace {

constexpr Nanoseconds kClose = std::chrono::microseconds{20};

Nanoseconds read(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

Nanoseconds spread(const ClockReadings& readings) { return readings.raw_after - readings.raw; }

/// The closest of some attempts, the first that is close enough.
ClockReadings read_close_together(const ReadClocks& read) {
  constexpr int kMostAttempts = 100;
  ClockReadings closest = read();
  for (int attempt = 1; attempt < kMostAttempts && spread(closest) > kClose; ++attempt) {
    const ClockReadings again = read();
    if (spread(again) < spread(closest)) {
      closest = again;
    }
  }
  return closest;
}

}  // namespace

ClockReadings read_clocks() {
  ClockReadings readings;
  readings.raw = read(CLOCK_MONOTONIC_RAW);
  readings.monotonic = read(CLOCK_MONOTONIC);
  readings.boottime = read(CLOCK_BOOTTIME);
  readings.raw_after = read(CLOCK_MONOTONIC_RAW);
  return readings;
}

Nanoseconds clock_disagreement(const ElapsedByClock& elapsed) {
  constexpr std::int64_t kSlewDivisor = 2000;  // 500 ppm: the largest rate correction that adjtimex(2) applies
  constexpr Nanoseconds kLeastGap = std::chrono::milliseconds{1};  // below it no run is spoiled
  const Nanoseconds gap = std::max(kLeastGap, elapsed.apart);
  const Nanoseconds stepped = std::chrono::abs(elapsed.monotonic - elapsed.raw) - elapsed.raw / kSlewDivisor - gap;
  const Nanoseconds suspended = elapsed.boottime - elapsed.monotonic - gap;
  return std::max({Nanoseconds::zero(), stepped, suspended});
}

ClockCrossCheck::ClockCrossCheck(ReadClocks read) : read_(std::move(read)), begin_(read_close_together(read_)) {}

Nanoseconds ClockCrossCheck::disagreement() const {
  const ClockReadings now = read_close_together(read_);
  return clock_disagreement({.raw = now.raw - begin_.raw,
                             .monotonic = now.monotonic - begin_.monotonic,
                             .boottime = now.boottime - begin_.boottime,
                             .apart = spread(begin_) + spread(now)});
}

}  // namespace assay
