#pragma once

#include <functional>

#include "harness/time.hpp"

namespace assay {

/// What three clocks say has passed since a common moment.
struct ElapsedByClock {
  Nanoseconds raw{0};        ///< CLOCK_MONOTONIC_RAW: the one that measures
  Nanoseconds monotonic{0};  ///< CLOCK_MONOTONIC: the same oscillator, slewed by NTP by at most 500 ppm
  Nanoseconds boottime{0};   ///< CLOCK_BOOTTIME: goes on while the machine is suspended
  Nanoseconds apart{0};      ///< how far apart the readings may lie that should be of one moment
};

/// How far the clocks disagree beyond what slewing and `apart` explain: 0 on a sound machine. More than a millisecond
/// means that the machine was suspended, migrated or its clock source changed under the run.
[[nodiscard]] Nanoseconds clock_disagreement(const ElapsedByClock& elapsed);

/// The three clocks, read one after the other.
struct ClockReadings {
  Nanoseconds raw{0};  ///< read first
  Nanoseconds monotonic{0};
  Nanoseconds boottime{0};
  Nanoseconds raw_after{0};  ///< read last: the others lie between
};

using ReadClocks = std::function<ClockReadings()>;

/// Reads the clocks of this machine.
[[nodiscard]] ClockReadings read_clocks();

/// Compares the measuring clock with two others over a run. A preemption between two readings would look like a step,
/// so they are taken again until they lie close together.
class ClockCrossCheck {
 public:
  explicit ClockCrossCheck(ReadClocks read = read_clocks);
  [[nodiscard]] Nanoseconds disagreement() const;

 private:
  ReadClocks read_;
  ClockReadings begin_;
};

}  // namespace assay
