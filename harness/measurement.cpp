#include "harness/measurement.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace assay {

namespace {

/// Iterations that take about `sample`, found by growing until the clock can tell, then in proportion.
std::uint64_t iterations_for(Nanoseconds sample, const std::function<void(std::uint64_t)>& work, Clock& clock) {
  constexpr int kTries = 3;             // the shortest counts: a disturbed try only makes the samples shorter
  constexpr std::int64_t kTelling = 4;  // a quarter of a sample is long enough to scale from
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  for (std::uint64_t iterations = 1; iterations < kMost; iterations *= 2) {
    Nanoseconds shortest = Nanoseconds::max();
    for (int i = 0; i < kTries; ++i) {
      const Instant begin = clock.now();
      work(iterations);
      shortest = std::min(shortest, clock.now() - begin);
    }
    if (shortest >= sample / kTelling) {
      const double scale = seconds(sample) / seconds(shortest);
      return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(scale * static_cast<double>(iterations)));
    }
  }
  return kMost;
}

}  // namespace

const char* name_of(Contamination contamination) {
  switch (contamination) {
    case Contamination::none:
      return "none";
    case Contamination::preempted:
      return "preempted";
    case Contamination::stalled:
      return "stalled";
    case Contamination::out_of_step:
      return "out_of_step";
  }
  return "";
}

Contamination contamination_of(Nanoseconds elapsed, const ThreadUse& before, const ThreadUse& after) {
  constexpr double kLeastShare = 0.98;
  if (after.involuntary_switches != before.involuntary_switches) {
    return Contamination::preempted;
  }
  const double share = seconds(after.cpu_time - before.cpu_time) / seconds(elapsed);
  return share < kLeastShare ? Contamination::stalled : Contamination::none;
}

std::vector<double> Measurement::clean_seconds_per_iteration() const {
  std::vector<double> values;
  for (const Observation& observation : observations) {
    if (observation.contamination == Contamination::none) {
      values.push_back(observation.seconds_per_iteration());
    }
  }
  return values;
}

std::uint64_t Measurement::contaminated_count() const {
  return observations.size() - clean_seconds_per_iteration().size();
}

Measurement measure(const std::function<void(std::uint64_t iterations)>& work, Clock& clock, const ThreadMeter& meter,
                    const StoppingRule& rule, const SamplingPlan& plan) {
  if (plan.sample <= Nanoseconds::zero()) {
    throw std::invalid_argument("measure: the length of a sample must be above 0");
  }
  const std::uint64_t iterations = iterations_for(plan.sample, work, clock);
  // A tenth of a sample fills the caches and wakes the vector units.
  const std::uint64_t warm_iterations = std::max<std::uint64_t>(1, iterations / 10);
  Measurement measurement;
  std::vector<double> clean;
  const Instant begin = clock.now();
  while (true) {
    const auto reason = rule.reason_to_stop(
        {.clean_values = clean, .observation_count = measurement.observations.size(), .elapsed = clock.now() - begin});
    if (reason) {
      measurement.stopped_by = *reason;
      return measurement;
    }
    clock.wait_until(clock.now() + plan.pause);
    work(warm_iterations);
    const ThreadUse use_before = meter.read();
    const Instant before = clock.now();
    work(iterations);
    const Instant after = clock.now();
    const ThreadUse use_after = meter.read();
    const Observation observation{.elapsed = std::max(after - before, Nanoseconds{1}),
                                  .cpu_time = use_after.cpu_time - use_before.cpu_time,
                                  .iterations = iterations,
                                  .contamination = contamination_of(after - before, use_before, use_after)};
    measurement.observations.push_back(observation);
    if (observation.contamination == Contamination::none) {
      clean.push_back(observation.seconds_per_iteration());
    }
  }
}

}  // namespace assay
