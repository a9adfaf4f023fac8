#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/clock.hpp"
#include "harness/stopping_rule.hpp"
#include "harness/thread_meter.hpp"
#include "harness/time.hpp"

namespace assay {

/// Why a sample does not show the undisturbed machine.
enum class Contamination {
  none,
  preempted,    ///< the kernel put another thread in its place
  stalled,      ///< the thread had less CPU time than passed: a hypervisor or an interrupt took it
  out_of_step,  ///< the threads of a team did not run at the same time
};
[[nodiscard]] const char* name_of(Contamination contamination);

/// One timed sample. All are kept, also the contaminated ones.
struct Observation {
  Nanoseconds elapsed{0};
  Nanoseconds cpu_time{0};
  std::uint64_t iterations = 0;
  Contamination contamination = Contamination::none;

  [[nodiscard]] double seconds_per_iteration() const { return seconds(elapsed) / static_cast<double>(iterations); }
};

/// What the thread used in a sample, against what passed.
[[nodiscard]] Contamination contamination_of(Nanoseconds elapsed, const ThreadUse& before, const ThreadUse& after);

/// How samples are taken.
struct SamplingPlan {
  /// Short enough to end before the scheduler's next turn: on a busy machine nearly every sample of 0.5 to 1 ms is
  /// clean, when a sleep before it has made the thread the one that is owed time.
  Nanoseconds sample = std::chrono::microseconds{700};
  Nanoseconds pause = std::chrono::microseconds{350};
};

/// All samples of one quantity, and why no more were taken.
struct Measurement {
  std::vector<Observation> observations;
  std::string stopped_by;

  /// Seconds an iteration of the clean observations, in the order of measuring.
  [[nodiscard]] std::vector<double> clean_seconds_per_iteration() const;
  [[nodiscard]] std::uint64_t contaminated_count() const;
};

/// Runs `work(iterations)` on the calling thread until `rule` says that it is enough. The number of iterations is found
/// first, so that a sample takes about plan.sample; before each sample the thread sleeps for plan.pause and runs one
/// pass that is not timed. `work` must take time in proportion to its iterations. Throws std::invalid_argument if
/// plan.sample is not positive.
[[nodiscard]] Measurement measure(const std::function<void(std::uint64_t iterations)>& work, Clock& clock,
                                  const ThreadMeter& meter, const StoppingRule& rule, const SamplingPlan& plan = {});

}  // namespace assay
