#pragma once

#include <cstdint>

#include "analysis/serving_iterations.hpp"
#include "scenarios/serving/iteration_time.hpp"
#include "scenarios/serving/scheduler.hpp"

namespace assay {

/// What an iteration is to do, with the moment at which its planning began; its times are still to come.
[[nodiscard]] IterationRecord record_of(const IterationLoad& load, std::int64_t begin_ns);

/// Reads a scheduler's counters iteration by iteration: the loop that measures and its simulation alike.
class SchedulerCounters {
 public:
  /// Notes what has been counted since the last call.
  void note(const SchedulerCounts& counts, IterationRecord& record);

 private:
  std::uint64_t preemptions_ = 0;
  std::uint64_t prefix_hits_ = 0;
};

}  // namespace assay
