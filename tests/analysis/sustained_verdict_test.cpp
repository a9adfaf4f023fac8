#include "analysis/sustained_verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/soak_series.hpp"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

SustainedVerdict verdict_on(const std::vector<SoakPoint>& points, const SoakSettings& settings = {}) {
  return sustained_verdict(points, sustained_audit(points, settings).value(), settings);
}

/// From 200 s on: the throughput by 20 %, the clock by `clock_drop`.
void slow_down(SoakPoint& point, double clock_drop) {
  if (point.t_s >= 200.0) {
    point.throughput_per_s *= 0.8;
    *point.clock_hz *= 1.0 - clock_drop;
  }
}

TEST(SustainedVerdict, Stable) {
  const SustainedVerdict verdict = verdict_on(soak_series(600));
  EXPECT_EQ(verdict.cause, SustainedCause::stable);
  EXPECT_EQ(name_of(verdict.cause), "STABLE");
  EXPECT_THAT(verdict.evidence, Contains("The clock went from 3.200 to 3.200 GHz (+0.0 %)."));
  EXPECT_THAT(verdict.evidence, Contains("No sensor says whether the device throttled for heat."));
}

TEST(SustainedVerdict, ThermalByItsFlag) {
  const SustainedVerdict verdict = verdict_on(soak_series(600, [](SoakPoint& point) {
    slow_down(point, 0.2);
    point.throttle_flag = point.t_s >= 200.0;
  }));
  EXPECT_EQ(verdict.cause, SustainedCause::thermal);
  EXPECT_THAT(verdict.evidence, Contains("The throttle flag was set in 400 of 600 points."));
  EXPECT_THAT(verdict.evidence, Contains(HasSubstr("Throughput fell by 20.0 %, from 1,000 queries/s to 800 queries/s, "
                                                   "200 s after the start.")));
}

TEST(SustainedVerdict, ThermalByItsTemperature) {
  const auto points = soak_series(600, [](SoakPoint& point) {
    slow_down(point, 0.2);
    point.temperature_c = point.t_s < 200.0 ? 60.0 : 95.0;
  });
  const SustainedVerdict verdict = verdict_on(points, {.trip_temperature_c = 95.0});
  EXPECT_EQ(verdict.cause, SustainedCause::thermal);
  EXPECT_THAT(verdict.evidence, Contains("The temperature reached 95.0 C, the trip is at 95.0 C."));

  const SustainedVerdict unknown = verdict_on(points);
  EXPECT_EQ(unknown.cause, SustainedCause::clock_drop) << "a temperature without its trip proves nothing";
  EXPECT_THAT(unknown.evidence, Contains("The temperature reached 95.0 C, the trip is not known."));
}

TEST(SustainedVerdict, ClockDrop) {
  const SustainedVerdict verdict = verdict_on(soak_series(600, [](SoakPoint& point) { slow_down(point, 0.2); }));
  EXPECT_EQ(verdict.cause, SustainedCause::clock_drop);
  EXPECT_EQ(name_of(verdict.cause), "CLOCK DROP");
  EXPECT_THAT(verdict.evidence, Contains("The clock went from 3.200 to 2.560 GHz (-20.0 %)."));
  EXPECT_THAT(verdict.evidence, Contains("The cause is unknown: heat, a power cap or the host's policy."));

  const SustainedVerdict cool = verdict_on(soak_series(600, [](SoakPoint& point) {
    slow_down(point, 0.2);
    point.throttle_flag = false;
  }));
  EXPECT_EQ(cool.cause, SustainedCause::clock_drop);
  EXPECT_THAT(cool.evidence, Contains("The sensors rule heat out: a power cap or the host's policy may be why."));
}

// A kernel that waits for memory need not slow down with the clock.
TEST(SustainedVerdict, ClockDropWithoutALossOfThroughput) {
  const auto points = soak_series(600, [](SoakPoint& point) { *point.clock_hz *= point.t_s < 300.0 ? 1.0 : 0.9; });
  EXPECT_EQ(verdict_on(points).cause, SustainedCause::clock_drop);
}

TEST(SustainedVerdict, Preemption) {
  const SustainedVerdict verdict = verdict_on(soak_series(600, [](SoakPoint& point) {
    slow_down(point, 0.01);
    point.foreign_share = point.t_s < 200.0 ? 0.01 : 0.21;
    point.involuntary_switches_per_s = point.t_s < 200.0 ? 2.0 : 180.0;
  }));
  EXPECT_EQ(verdict.cause, SustainedCause::preemption);
  EXPECT_THAT(verdict.evidence, Contains("The share of other processes went from 1.0 to 21.0 %."));
  EXPECT_THAT(verdict.evidence, Contains("Involuntary switches went from 2.0 to 180.0/s."));
}

TEST(SustainedVerdict, SharedResource) {
  const SustainedVerdict verdict = verdict_on(soak_series(600, [](SoakPoint& point) { slow_down(point, 0.01); }));
  EXPECT_EQ(verdict.cause, SustainedCause::shared_resource);
  EXPECT_EQ(name_of(verdict.cause), "SHARED RESOURCE");
  EXPECT_THAT(verdict.evidence, Contains("Steal went from 0.1 to 0.1 %."));
}

TEST(SustainedVerdict, UndecidedSaysWhatIsMissing) {
  const SustainedVerdict no_clock = verdict_on(soak_series(600, [](SoakPoint& point) {
    slow_down(point, 0.0);
    point.clock_hz.reset();
  }));
  EXPECT_EQ(no_clock.cause, SustainedCause::undecided);
  EXPECT_THAT(no_clock.evidence, Contains("The clock was not measured."));

  const SustainedVerdict no_others = verdict_on(soak_series(600, [](SoakPoint& point) {
    slow_down(point, 0.0);
    point.steal_share.reset();
    point.foreign_share.reset();
  }));
  EXPECT_EQ(no_others.cause, SustainedCause::undecided);
  EXPECT_THAT(no_others.evidence, Contains("Neither steal nor the share of other processes was measured."));
}

// A level of 4 % less for a while is not a drop, and not stable either.
TEST(SustainedVerdict, UndecidedBetweenStableAndADrop) {
  const SustainedVerdict verdict =
      verdict_on(soak_series(600, [](SoakPoint& point) { point.throughput_per_s *= point.t_s < 300.0 ? 1.0 : 0.96; }));
  EXPECT_EQ(verdict.cause, SustainedCause::undecided);
  EXPECT_THAT(verdict.evidence, Contains("The loops differ by more than 3 %, but no drop of 5 % explains it."));
}

TEST(SustainedVerdict, SaysThatItIsABurstOnly) {
  const SustainedVerdict verdict = verdict_on(soak_series(60));
  EXPECT_EQ(verdict.evidence.front(), "Burst only: 60 s are too short to call it sustained; needs 120 s.");
}

}  // namespace
}  // namespace assay
