#include "harness/round_sampler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "harness/simulated_clock.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::Field;

/// Samples take the time of their work on a simulated clock: 100 ns an iteration and thread, told apart by who runs.
class FakeSampler final : public Sampler {
 public:
  explicit FakeSampler(SimulatedClock& clock) : clock_(clock) {}

  [[nodiscard]] TeamObservation sample(const TeamWork& work, const SampleRequest& request) override {
    clock_.spend(request.pause);
    work(0, request.iterations);
    const auto elapsed = static_cast<std::int64_t>(100 * request.iterations * request.threads.size());
    clock_.spend(Nanoseconds{elapsed});
    const bool timed = request.pause > 0ns;
    taken += timed ? 1 : 0;
    const bool disturbed = timed && disturb_every != 0 && taken % disturb_every == 0;
    return {.elapsed = Nanoseconds{elapsed},
            .iterations = request.iterations,
            .clock_hz = 3e9,
            .contamination = disturbed ? Contamination::preempted : Contamination::none};
  }

  std::uint64_t taken = 0;
  std::uint64_t disturb_every = 0;

 private:
  SimulatedClock& clock_;
};

class RoundSamplerTest : public ::testing::Test {
 protected:
  std::vector<SubjectSamples> measure(std::size_t subject_count, const RoundPlan& plan, const StoppingRule& rule) {
    std::vector<RoundSubject> subjects;
    for (std::size_t i = 0; i < subject_count; ++i) {
      subjects.push_back({.work = [this, i](std::size_t, std::uint64_t) { order.push_back(i); }});
    }
    return RoundSampler(sampler, clock, plan, rule).measure(subjects, observer, stop.get_token());
  }

  SimulatedClock clock;
  FakeSampler sampler{clock};
  RoundObserver observer;
  std::stop_source stop;
  std::vector<std::size_t> order;
};

std::set<std::uint32_t> rounds_of(const SubjectSamples& samples) {
  std::set<std::uint32_t> rounds;
  for (const TeamObservation& observation : samples.observations) {
    rounds.insert(observation.round);
  }
  return rounds;
}

TEST_F(RoundSamplerTest, EverySubjectHasItsTurnInEveryRound) {
  const auto samples =
      measure(4, {.least_rounds = 5, .samples_per_visit = 3, .time_limit = 10s}, StopAfterRepetitions(1));
  ASSERT_EQ(samples.size(), 4U);
  for (const SubjectSamples& subject : samples) {
    EXPECT_EQ(rounds_of(subject), (std::set<std::uint32_t>{0, 1, 2, 3, 4}));
    EXPECT_EQ(subject.observations.size(), 15U);
    EXPECT_EQ(subject.stopped_by, "1 clean samples");
    // 700 us of 100 ns: the length of a sample was found.
    EXPECT_THAT(subject.observations, Each(Field(&TeamObservation::iterations, 7000U)));
  }
}

TEST_F(RoundSamplerTest, TheOrderDiffersBetweenRounds) {
  (void)measure(6, {.least_rounds = 5, .samples_per_visit = 1, .time_limit = 10s, .seed = 3}, StopAfterRepetitions(1));
  // After the sizing calls of the first round each round is six calls for the warm pass and sample of FakeSampler.
  const std::vector<std::size_t> last(order.end() - 6, order.end());
  const std::vector<std::size_t> before(order.end() - 12, order.end() - 6);
  EXPECT_TRUE(std::is_permutation(last.begin(), last.end(), before.begin(), before.end()));
  EXPECT_NE(last, before);
}

TEST_F(RoundSamplerTest, GoesOnUntilTheRuleIsContent) {
  const auto samples =
      measure(2, {.least_rounds = 5, .samples_per_visit = 2, .time_limit = 10s}, StopAfterRepetitions(24));
  EXPECT_EQ(samples[0].observations.size(), 24U);
  EXPECT_EQ(rounds_of(samples[0]).size(), 12U);
}

TEST_F(RoundSamplerTest, ContaminatedSamplesAreKeptAndTakenAgain) {
  sampler.disturb_every = 4;
  const auto samples =
      measure(1, {.least_rounds = 5, .samples_per_visit = 3, .time_limit = 10s}, StopAfterRepetitions(15));
  const auto contaminated = std::count_if(samples[0].observations.begin(), samples[0].observations.end(),
                                          [](const auto& o) { return o.contamination != Contamination::none; });
  EXPECT_EQ(samples[0].observations.size(), 15U + static_cast<std::size_t>(contaminated));
  EXPECT_EQ(contaminated, 4);  // 15 clean ones need 19, of which every fourth is disturbed
}

TEST_F(RoundSamplerTest, ATurnEndsWhereNothingIsClean) {
  sampler.disturb_every = 1;
  const auto samples = measure(1, {.least_rounds = 5, .samples_per_visit = 3, .time_limit = 50ms}, StopAfterTime(50ms));
  EXPECT_GE(rounds_of(samples[0]).size(), 5U);
  EXPECT_THAT(samples[0].stopped_by, ::testing::HasSubstr("time limit"));
}

TEST_F(RoundSamplerTest, FewerSamplesATurnWhereTheTimeIsShort) {
  // 20 subjects x 5 rounds in 0.2 s: 2 ms a turn, of which a sample with its pause takes about 1.05.
  const auto samples =
      measure(20, {.least_rounds = 5, .samples_per_visit = 50, .time_limit = 200ms}, StopAfterTime(200ms));
  for (const SubjectSamples& subject : samples) {
    EXPECT_GE(rounds_of(subject).size(), 5U);
    EXPECT_LE(subject.observations.size(), 15U);
  }
}

TEST_F(RoundSamplerTest, AStopKeepsWhatWasMeasured) {
  observer.on_visit = [this](std::uint64_t visits, std::uint64_t planned) {
    EXPECT_EQ(planned, 15U);
    if (visits == 7) {
      stop.request_stop();
    }
  };
  const auto samples = measure(3, {.least_rounds = 5, .samples_per_visit = 2, .time_limit = 10s}, StopAfterTime(10s));
  std::size_t kept = 0;
  for (const SubjectSamples& subject : samples) {
    kept += subject.observations.size();
    EXPECT_EQ(subject.stopped_by, "interrupted");
  }
  EXPECT_EQ(kept, 14U);
}

TEST_F(RoundSamplerTest, CallsBeforeEachTurnAndAfterEachSample) {
  int turns = 0;
  int samples = 0;
  const std::vector<RoundSubject> subjects{{.work = [](std::size_t, std::uint64_t) {},
                                            .before_turn = [&turns] { ++turns; },
                                            .after_sample = [&samples] { ++samples; }}};
  const StopAfterRepetitions rule(1);
  const auto found = RoundSampler(sampler, clock, {.samples_per_visit = 3}, rule).measure(subjects);
  EXPECT_EQ(turns, 5);
  EXPECT_EQ(samples, 15);
  EXPECT_EQ(found[0].observations.size(), 15U);
}

TEST_F(RoundSamplerTest, RefusesSamplesWithoutLength) {
  const std::vector<RoundSubject> subjects{{.work = [](std::size_t, std::uint64_t) {}, .threads = {0}, .sample = 0ns}};
  const StopAfterTime rule(1s);
  EXPECT_THROW((void)RoundSampler(sampler, clock, {}, rule).measure(subjects), std::invalid_argument);
}

}  // namespace
}  // namespace assay
