#include "harness/team_observation.hpp"

#include <algorithm>
#include <stdexcept>

namespace assay {

namespace {

/// Nine tenths, in whole numbers.
bool overlap_enough(Nanoseconds common, Nanoseconds whole) { return 10 * common >= 9 * whole; }

}  // namespace

TeamObservation combine(std::span<const ThreadInterval> threads, std::uint64_t iterations) {
  if (threads.empty()) {
    throw std::invalid_argument("combine: a sample needs at least one thread");
  }
  const auto count = static_cast<double>(threads.size());
  TeamObservation observation{.iterations = iterations, .clock_hz = 0.0};
  Instant first_begin = threads.front().begin;
  Instant last_begin = first_begin;
  Instant first_end = threads.front().end;
  Instant last_end = first_end;
  for (const ThreadInterval& thread : threads) {
    first_begin = std::min(first_begin, thread.begin);
    last_begin = std::max(last_begin, thread.begin);
    first_end = std::min(first_end, thread.end);
    last_end = std::max(last_end, thread.end);
    // Work a cycle is work over the cycles of all cores; one whose clock is not known leaves the mean unknown.
    observation.clock_hz = observation.clock_hz && thread.clock_hz
                               ? std::optional(*observation.clock_hz + *thread.clock_hz / count)
                               : std::nullopt;
    if (observation.contamination == Contamination::none) {
      observation.contamination = contamination_of(thread.end - thread.begin, thread.before, thread.after);
    }
  }
  observation.elapsed = std::max(last_end - first_begin, Nanoseconds{1});
  if (observation.contamination == Contamination::none &&
      !overlap_enough(first_end - last_begin, observation.elapsed)) {
    observation.contamination = Contamination::out_of_step;
  }
  return observation;
}

}  // namespace assay
