#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace assay {

using Nanoseconds = std::chrono::nanoseconds;

/// Tag of the one time line of a run. It has no now(): who needs the time is handed a Clock.
struct RunTimeline {
  using duration = Nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  static constexpr bool is_steady = true;
};

/// A point on the run's time line; only differences between two of them mean anything.
using Instant = std::chrono::time_point<RunTimeline, Nanoseconds>;

/// The latency of a query that never completed. It sorts after every measured latency.
inline constexpr Nanoseconds kNever = Nanoseconds::max();

constexpr double seconds(Nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

/// Rounds to the nearest nanosecond; values beyond the range of Nanoseconds become kNever.
constexpr Nanoseconds from_seconds(double value) {
  constexpr double kLargest = 9.2e18;
  const double nanoseconds = value * 1e9;
  if (nanoseconds >= kLargest) {
    return kNever;
  }
  return Nanoseconds{static_cast<std::int64_t>(nanoseconds + (nanoseconds < 0 ? -0.5 : 0.5))};
}

}  // namespace assay
