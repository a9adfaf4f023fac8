#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "harness/measurement.hpp"

namespace assay {

/// What one thread of a team saw of a sample.
struct ThreadInterval {
  Instant begin;
  Instant end;
  ThreadUse before;
  ThreadUse after;
  std::optional<double> clock_hz;  ///< effective clock right beside the sample
};

/// A sample that one or more threads took at the same time.
struct TeamObservation {
  Nanoseconds elapsed{0};          ///< from the first thread's begin to the last one's end
  std::uint64_t iterations = 0;    ///< of each thread
  std::optional<double> clock_hz;  ///< mean of the threads
  Contamination contamination = Contamination::none;
  std::uint32_t round = 0;

  [[nodiscard]] double seconds_per_iteration() const { return seconds(elapsed) / static_cast<double>(iterations); }
};

/// One observation from the intervals of all threads, which did `iterations` each. Contaminated if any thread was, or
/// if less than nine tenths of the whole time was common to all: part of the work then had the machine for itself.
/// Throws std::invalid_argument for no thread.
[[nodiscard]] TeamObservation combine(std::span<const ThreadInterval> threads, std::uint64_t iterations);

}  // namespace assay
