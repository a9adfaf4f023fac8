#include "harness/round_sampler.hpp"

#include <algorithm>
#include <numeric>

#include "harness/random_bits.hpp"
#include "harness/sample_length.hpp"

namespace assay {

struct RoundSampler::Subject {
  const RoundSubject* what = nullptr;
  std::uint64_t iterations = 0;
  std::vector<double> clean;  ///< seconds per iteration
  SubjectSamples samples;

  [[nodiscard]] bool active() const { return samples.stopped_by.empty(); }
};

void RoundSampler::size(Subject& subject) const {
  const RoundSubject& what = *subject.what;
  subject.iterations = iterations_for_sample(sampler_, what.work, what.threads, what.sample);
}

/// One turn: until enough samples are clean, or its time is over.
void RoundSampler::visit(Subject& subject, std::uint32_t round, Nanoseconds turn) const {
  constexpr std::uint32_t kTriesASample = 3;  // where nothing is clean, a turn ends all the same
  constexpr std::uint64_t kWarmShare = 10;
  const RoundSubject& what = *subject.what;
  const Instant begin = clock_.now();
  if (what.before_turn) {
    what.before_turn();
  }
  if (subject.iterations == 0) {
    size(subject);
  }
  // An iteration that is as long as a sample warms itself.
  const std::uint64_t warm = subject.iterations == 1 ? 0 : std::max<std::uint64_t>(1, subject.iterations / kWarmShare);
  const SampleRequest request{
      .threads = what.threads, .iterations = subject.iterations, .warm_iterations = warm, .pause = plan_.pause};
  std::uint32_t clean = 0;
  for (std::uint32_t taken = 0; taken < kTriesASample * plan_.samples_per_visit && clean < plan_.samples_per_visit &&
                                (taken == 0 || clock_.now() - begin < turn);
       ++taken) {
    TeamObservation observation = sampler_.sample(what.work, request);
    observation.round = round;
    if (what.after_sample) {
      what.after_sample();
    }
    subject.samples.observations.push_back(observation);
    if (observation.contamination == Contamination::none) {
      ++clean;
      subject.clean.push_back(observation.seconds_per_iteration());
    }
  }
}

/// Of the time that is left for the least number of rounds.
Nanoseconds RoundSampler::turn_of_one_share(std::uint32_t round, double shares, Instant begin) const {
  const Nanoseconds left = plan_.time_limit - (clock_.now() - begin);
  const std::uint32_t rounds_left = plan_.least_rounds > round ? plan_.least_rounds - round : 1;
  return from_seconds(std::max(0.0, seconds(left)) / (rounds_left * shares));
}

void RoundSampler::retire(std::vector<Subject>& subjects, std::uint32_t rounds_done, Nanoseconds elapsed) const {
  if (rounds_done < plan_.least_rounds) {
    return;
  }
  for (Subject& subject : subjects) {
    if (!subject.active()) {
      continue;
    }
    const auto reason = rule_.reason_to_stop(
        {.clean_values = subject.clean, .observation_count = subject.samples.observations.size(), .elapsed = elapsed});
    subject.samples.stopped_by = reason.value_or("");
  }
}

/// The subjects that have a turn, in random order.
std::vector<std::size_t> RoundSampler::turns(const std::vector<Subject>& subjects, RandomBits& random) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (subjects[i].active()) {
      order.push_back(i);
    }
  }
  random.shuffle(std::span(order));
  return order;
}

std::vector<SubjectSamples> RoundSampler::measure(std::span<const RoundSubject> subjects, const RoundObserver& observer,
                                                  const std::stop_token& stop) {
  std::vector<Subject> all(subjects.size());
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    all[i].what = &subjects[i];
  }
  RandomBits random(plan_.seed);
  const Instant begin = clock_.now();
  std::uint64_t visits = 0;
  std::string ended;
  for (std::uint32_t round = 0; ended.empty(); ++round) {
    const std::vector<std::size_t> order = turns(all, random);
    if (order.empty()) {
      break;
    }
    if (round >= plan_.most_rounds) {
      ended = std::to_string(plan_.most_rounds) + " rounds";
      break;
    }
    if (observer.on_round) {
      observer.on_round(round, true);
    }
    // Set once a round: turns that need less leave their time to the next round.
    double shares = 0.0;
    for (const std::size_t i : order) {
      shares += subjects[i].share;
    }
    const Nanoseconds turn = turn_of_one_share(round, shares, begin);
    for (const std::size_t i : order) {
      if (stop.stop_requested()) {
        ended = "interrupted";
        break;
      }
      visit(all[i], round, from_seconds(seconds(turn) * subjects[i].share));
      ++visits;
      if (observer.on_visit) {
        observer.on_visit(visits, order.size() * plan_.least_rounds);
      }
    }
    if (observer.on_round) {
      observer.on_round(round, false);
    }
    retire(all, round + 1, clock_.now() - begin);
  }
  std::vector<SubjectSamples> result;
  for (Subject& subject : all) {
    if (subject.active()) {
      subject.samples.stopped_by = ended;
    }
    result.push_back(std::move(subject.samples));
  }
  return result;
}

}  // namespace assay
