#pragma once

#include <stop_token>
#include <vector>

#include "harness/clock.hpp"
#include "scenarios/serving/iteration_backend.hpp"
#include "scenarios/serving/iteration_time.hpp"

namespace assay {

/// What the iterations of a run will look like.
struct CalibrationRequest {
  std::uint32_t most_sequences = 1;
  std::uint32_t token_budget = 1;
  std::uint32_t context = 1;  ///< that a sequence holds in the mean
  Nanoseconds budget{0};      ///< about so long; each kind is timed once at least
};

/// Times iterations of a back end: answers of one to most_sequences sequences, prompts of some lengths, and both
/// together; of each kind the fastest of a few. On the thread of the back end; overwrites the cache.
[[nodiscard]] std::vector<IterationObservation> observe_iterations(IterationBackend& backend,
                                                                   const CalibrationRequest& request,
                                                                   const Clock& clock, const std::stop_token& stop);

}  // namespace assay
