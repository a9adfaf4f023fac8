#pragma once

#include <cstdint>

#include "harness/random_bits.hpp"
#include "harness/time.hpp"

namespace assay {

/// Decides how long an injector works and when it works next, so that the CPU time it really gets is `share` of the
/// time that passes. Feedback is on CPU time, because on a contended core an open duty cycle gets far less than it
/// asks for (50 % asked, 36 % had, with the sleep computed from the work alone).
///
/// What was missed is paid back in small parts and, beyond kMostOwed periods, forgotten: a backlog paid at once would
/// be a stall of its own, longer than the periods that were asked for.
class DutyControl {
 public:
  static constexpr Nanoseconds kPeriod = std::chrono::milliseconds{2};
  static constexpr double kMostOwed = 20.0;  ///< periods of work
  static constexpr double kPayBack = 0.25;   ///< of a period's work, added at most

  /// `share` in (0, 1). Periods vary by +-50 %, uniformly, so that the bursts keep no step with the victim.
  DutyControl(double share, std::uint64_t seed) : share_(share), random_(seed) {}

  struct Step {
    Nanoseconds work{0};     ///< CPU time to take now
    Nanoseconds next_at{0};  ///< elapsed time at which the next step begins
  };

  /// `elapsed` since the beginning and the CPU time had since then.
  [[nodiscard]] Step next(Nanoseconds elapsed, Nanoseconds cpu_time);

 private:
  double share_;
  RandomBits random_;
  Nanoseconds forgotten_{0};
};

}  // namespace assay
