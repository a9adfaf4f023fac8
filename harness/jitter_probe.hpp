#pragma once

#include <cstdint>
#include <vector>

#include "harness/clock.hpp"
#include "harness/time.hpp"

namespace assay {

/// The gaps of one length class, [lower, upper).
struct JitterBin {
  Nanoseconds lower{0};
  Nanoseconds upper{0};
  std::uint64_t count = 0;
  Nanoseconds total{0};
};

/// The pauses that a thread which never pauses itself saw on its CPU. A gap is the time between two readings of the
/// clock in a row when that is above 1 us: an interrupt, another thread, or the hypervisor ran instead.
struct JitterReport {
  Nanoseconds duration{0};
  std::uint64_t readings = 0;
  std::uint64_t gaps_over_1us = 0;
  std::uint64_t gaps_over_10us = 0;
  std::uint64_t gaps_over_100us = 0;
  std::uint64_t gaps_over_1ms = 0;
  Nanoseconds max_gap{0};
  Nanoseconds lost{0};          ///< sum of the gaps
  std::vector<JitterBin> bins;  ///< eight an octave from 1 us on; empty ones included

  [[nodiscard]] double lost_share() const;
};

/// Spins on `clock` in the calling thread for `duration`. Allocates before the first reading only.
[[nodiscard]] JitterReport run_jitter_probe(const Clock& clock, Nanoseconds duration);

/// An upper bound, one bin (9 %) wide, for the delay that P99 of a task with `work` of undisturbed time carries when it
/// arrives at a random moment. By name: the single-gap formula,
///
///   P(delay > x) = sum over gaps g > x of (g - x) / D      the task arrives inside a gap (residual life)
///                + (U / D) (1 - exp(-work N(>x) / U))      it is hit by a gap longer than x
///
/// with D the probe's duration, U = D - lost its undisturbed part and N(>x) the number of gaps longer than x; the
/// result is the smallest x with P <= 1 %, and never less than the mean stretch work lost / U. It takes gaps as
/// independent and charges one gap to a task, so on a CPU that loses a large share it is a lower bound.
/// The answer is at least 1 us, the shortest gap that is recorded, and `kNever` if nothing undisturbed is left.
[[nodiscard]] Nanoseconds p99_delay(const JitterReport& report, Nanoseconds work);

/// The longest work, on a grid of eight an octave from 10 us on, whose P99 delay is at least as long as the work
/// itself: below it the tail shows this host and not the task. Zero if there is none. The probe can judge work up to
/// longest_judged_work(); an answer at that end means "or longer".
[[nodiscard]] Nanoseconds dominated_below(const JitterReport& report);

/// Gaps rarer than 3 / duration may have been missed (rule of three, 95 %), and they weigh on P99 once 1 % of the tasks
/// meet one: the probe speaks for work up to 0.01 duration / 3.
[[nodiscard]] Nanoseconds longest_judged_work(const JitterReport& report);

}  // namespace assay
