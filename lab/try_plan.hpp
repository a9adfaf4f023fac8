#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/run_options.hpp"

namespace assay {

/// One means against a long tail that a run can switch on. A is the run without it, B the run with it.
struct TryExperiment {
  std::string_view name;
  std::string_view a;
  std::string_view b;           ///< where the machine has all of it: try_side_b()
  std::string_view background;  ///< why it may help, and what it costs
};

/// hedging, pinning, realtime, memory, polling, batching.
[[nodiscard]] std::span<const TryExperiment> try_experiments();

/// Throws std::invalid_argument naming all of them for anything else.
[[nodiscard]] const TryExperiment& try_experiment(std::string_view name);

/// What of this machine decides which experiments are possible.
struct TryPlace {
  std::size_t cpu_count = 1;                    ///< that the program may use
  std::optional<std::string> realtime_refusal;  ///< why workers cannot have SCHED_FIFO
  std::optional<std::string> huge_page_refusal;
  std::optional<std::string> lock_refusal;
};
[[nodiscard]] TryPlace try_place_here();

/// What B is on such a machine, in words: `experiment.b` without what is refused.
[[nodiscard]] std::string try_side_b(const TryExperiment& experiment, const TryPlace& place);

/// Why the experiment shows nothing on such a machine; nothing if it can be made.
[[nodiscard]] std::optional<std::string> try_refusal(const TryExperiment& experiment, const TryPlace& place);

/// The two runs, equal but for what the experiment is about: same seed, same injected load, and of B's means those that
/// the machine has.
struct TryPlan {
  RunOptions a;
  RunOptions b;
};

/// `run`: what was typed. Throws std::invalid_argument for a flag that the experiment sets itself, and for a scenario
/// that cannot show what it is about.
[[nodiscard]] TryPlan try_plan(const TryExperiment& experiment, const RunOptions& run, const TryPlace& place);

/// One side of pair 0, 1, ...: that many more than the seeds that were typed, so that the pairs are draws of their own.
[[nodiscard]] RunOptions of_pair(const RunOptions& side, std::uint64_t pair);

}  // namespace assay
