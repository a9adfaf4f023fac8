#pragma once

#include "harness/time.hpp"

namespace assay {

/// What three clocks say has passed since a common moment.
struct ElapsedByClock {
  Nanoseconds raw{0};        ///< CLOCK_MONOTONIC_RAW: the one that measures
  Nanoseconds monotonic{0};  ///< CLOCK_MONOTONIC: the same oscillator, slewed by NTP by at most 500 ppm
  Nanoseconds boottime{0};   ///< CLOCK_BOOTTIME: goes on while the machine is suspended
};

/// How far the clocks disagree beyond what slewing explains: 0 on a sound machine. More than a millisecond means that
/// the machine was suspended, migrated or its clock source changed under the run.
[[nodiscard]] Nanoseconds clock_disagreement(const ElapsedByClock& elapsed);

/// Compares the measuring clock with two others over a run.
class ClockCrossCheck {
 public:
  ClockCrossCheck();
  [[nodiscard]] Nanoseconds disagreement() const;

 private:
  ElapsedByClock begin_;
};

}  // namespace assay
