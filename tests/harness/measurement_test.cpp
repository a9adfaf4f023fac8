#include "harness/measurement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "harness/effective_clock.hpp"
#include "harness/simulated_clock.hpp"
#include "harness/steady_clock.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;

/// A thread that works 10 ns an iteration on a simulated clock; some samples are disturbed.
class SimulatedWork {
 public:
  class Meter final : public ThreadMeter {
   public:
    explicit Meter(const SimulatedWork& work) : work_(work) {}
    [[nodiscard]] ThreadUse read() const noexcept override { return work_.use_; }

   private:
    const SimulatedWork& work_;
  };

  void run(std::uint64_t iterations) {
    const Nanoseconds needed = 10ns * static_cast<std::int64_t>(iterations);
    clock.spend(needed);
    use_.cpu_time += needed;
    if (needed < 500us) {
      return;  // sizing and warm passes
    }
    ++sample_count;
    if (preempt_every != 0 && sample_count % preempt_every == 0) {
      clock.spend(4ms);
      ++use_.involuntary_switches;
    }
    if (steal_every != 0 && sample_count % steal_every == 0) {
      clock.spend(100us);
    }
  }
  Measurement measure_until(const StoppingRule& rule) {
    return measure([this](std::uint64_t iterations) { run(iterations); }, clock, meter, rule);
  }

  SimulatedClock clock;
  std::uint64_t sample_count = 0;
  std::uint64_t preempt_every = 0;
  std::uint64_t steal_every = 0;
  Meter meter{*this};

 private:
  ThreadUse use_;
};

TEST(Measurement, FindsTheIterationsOfASampleAndTimesThem) {
  SimulatedWork work;
  const Measurement measurement = work.measure_until(StopAfterRepetitions(5));
  EXPECT_EQ(measurement.observations.size(), 5U);
  EXPECT_THAT(measurement.clean_seconds_per_iteration(), Each(::testing::DoubleEq(10e-9)));
  EXPECT_THAT(measurement.observations,
              Each(Field(&Observation::elapsed, AllOf(::testing::Ge(690us), ::testing::Le(710us)))));
  EXPECT_EQ(measurement.stopped_by, "5 clean samples");
}

TEST(Measurement, ContaminatedSamplesAreKeptAndCountedButNotUsed) {
  SimulatedWork work;
  work.preempt_every = 3;
  work.steal_every = 5;
  const Measurement measurement = work.measure_until(StopAfterRepetitions(8));
  EXPECT_EQ(measurement.observations.size(), 14U);  // 3, 5, 6, 9, 10 and 12 are disturbed
  EXPECT_EQ(measurement.contaminated_count(), 6U);
  EXPECT_EQ(measurement.observations[2].contamination, Contamination::preempted);
  EXPECT_EQ(measurement.observations[4].contamination, Contamination::stalled);
  EXPECT_THAT(measurement.clean_seconds_per_iteration(), Each(::testing::DoubleEq(10e-9)));
}

TEST(Measurement, EndsAtItsTimeAlsoWhereNothingIsClean) {
  SimulatedWork work;
  work.preempt_every = 1;
  const Measurement measurement = work.measure_until(StopAfterTime(20ms));
  EXPECT_EQ(measurement.contaminated_count(), measurement.observations.size());
  EXPECT_THAT(measurement.stopped_by, HasSubstr("time limit of 0.02 s"));
}

TEST(Measurement, RefusesSamplesWithoutLength) {
  SimulatedWork work;
  EXPECT_THROW((void)measure([](std::uint64_t) {}, work.clock, work.meter, StopAfterTime(1s), {.sample = 0ns}),
               std::invalid_argument);
}

TEST(StoppingRule, NarrowMeansTheIntervalOfTheMedian) {
  const StopWhenNarrow rule(0.05, 10);
  std::vector<double> values(100, 1.0);
  EXPECT_TRUE(rule.reason_to_stop({.clean_values = values}));
  EXPECT_FALSE(rule.reason_to_stop({.clean_values = std::span(values).first(9)}));
  // Ranks floor(50 - 9.8) = 40 and 61 of 100: the middle twenty must lie close together.
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 1.0 + 0.01 * static_cast<double>(i);
  }
  EXPECT_FALSE(rule.reason_to_stop({.clean_values = values}));
  EXPECT_TRUE(StopWhenNarrow(0.15, 10).reason_to_stop({.clean_values = values}));
  EXPECT_FALSE(StopWhenNarrow(0.13, 10).reason_to_stop({.clean_values = values}));
}

TEST(StoppingRule, TheFirstOfSeveralDecides) {
  std::vector<std::unique_ptr<StoppingRule>> rules;
  rules.push_back(std::make_unique<StopAfterRepetitions>(1000));
  rules.push_back(std::make_unique<StopAfterTime>(1s));
  const StopWhenAny rule(std::move(rules));
  EXPECT_FALSE(rule.reason_to_stop({.elapsed = 999ms}));
  EXPECT_THAT(rule.reason_to_stop({.elapsed = 1s}).value_or(""), HasSubstr("time limit"));
}

TEST(EffectiveClock, IsARateThatACoreCanHaveOrSaysWhyThereIsNone) {
  SteadyClock clock;
  const auto reading = measure_effective_clock(clock, KernelThreadMeter{}, 20ms);
  if (!reading) {
    EXPECT_FALSE(reading.reason().empty());
    return;
  }
  EXPECT_GT(reading->median_hz, 0.1e9);
  EXPECT_LT(reading->max_hz, 10e9);
  EXPECT_GT(reading->clean_count, 0U);
}

}  // namespace
}  // namespace assay
