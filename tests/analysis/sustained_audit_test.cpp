#include "analysis/sustained_audit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "tests/analysis/soak_series.hpp"

namespace assay {
namespace {

TEST(SustainedAudit, OfAStableSoak) {
  const auto audit = sustained_audit(soak_series(600)).value();
  EXPECT_EQ(audit.duration_s, 600.0);
  EXPECT_FALSE(audit.burst_only);
  ASSERT_EQ(audit.loops.size(), 20U);
  EXPECT_EQ(audit.loops[3].begin_s, 90.0);
  EXPECT_EQ(audit.loops[3].end_s, 120.0);
  EXPECT_NEAR(audit.loops[3].throughput_per_s, 1000.0, 3.0);  // 5 x 0.3 % / sqrt(30)
  EXPECT_EQ(audit.loops[3].p99_s, std::nullopt);
  EXPECT_GT(audit.stability, 0.99);
  EXPECT_TRUE(audit.is_stable());
  EXPECT_NEAR(audit.sustained_to_peak, 1.0, 0.005);
  EXPECT_EQ(audit.segments.size(), 1U);
  EXPECT_EQ(audit.steady.kind, SteadyKind::flat);
  EXPECT_EQ(audit.warm_up_s, 0.0);
  EXPECT_TRUE(audit.drops.empty());
  EXPECT_EQ(audit.deepest_drop(), nullptr);
  EXPECT_EQ(audit.time_to_throttle_s, std::nullopt);
}

// From 1000 to 800/s after 200 s, with the clock.
TEST(SustainedAudit, OfAThrottledSoak) {
  const auto audit = sustained_audit(soak_series(600, [](SoakPoint& point) {
                       if (point.t_s >= 200.0) {
                         point.throughput_per_s *= 0.8;
                         *point.clock_hz *= 0.8;
                       }
                     })).value();
  EXPECT_NEAR(audit.stability, 0.8, 0.005);
  EXPECT_FALSE(audit.is_stable());
  EXPECT_NEAR(audit.sustained_to_peak, 0.8, 0.005);
  EXPECT_NEAR(audit.burst_per_s, 1000.0, 5.0);
  EXPECT_NEAR(audit.peak_per_s, 1000.0, 3.0);
  EXPECT_NEAR(audit.sustained_per_s, 800.0, 2.0);
  ASSERT_EQ(audit.drops.size(), 1U);
  EXPECT_NEAR(audit.deepest_drop()->drop, 0.2, 0.002);
  EXPECT_NEAR(audit.deepest_drop()->clock_drop.value(), 0.2, 1e-12);
  EXPECT_EQ(audit.time_to_throttle_s, 200.0);
  EXPECT_EQ(audit.steady.kind, SteadyKind::slow_down);
  EXPECT_EQ(audit.warm_up_s, 200.0);
}

TEST(SustainedAudit, TheClockMustConfirmAThrottle) {
  const auto change = [](SoakPoint& point) {
    if (point.t_s >= 100.0) {
      point.throughput_per_s *= 0.9;
    }
    if (point.t_s >= 300.0) {
      point.throughput_per_s *= 0.8;
      *point.clock_hz *= 0.9;
    }
  };
  const auto audit = sustained_audit(soak_series(600, change)).value();
  ASSERT_EQ(audit.drops.size(), 2U);
  EXPECT_EQ(audit.drops[0].begin_s, 100.0);
  EXPECT_EQ(audit.time_to_throttle_s, 300.0);
  EXPECT_NEAR(audit.deepest_drop()->drop, 0.28, 0.002);
}

// Four steps of 3 % are a drop of 12 % against the best, though none is 5 %.
TEST(SustainedAudit, SmallStepsAddUp) {
  const auto audit = sustained_audit(soak_series(600, [](SoakPoint& point) {
                       const double steps = std::floor(point.t_s / 120.0);
                       point.throughput_per_s *= 1.0 - 0.03 * steps;
                       *point.clock_hz *= 1.0 - 0.03 * steps;
                     })).value();
  EXPECT_EQ(audit.time_to_throttle_s, 240.0);
  EXPECT_NEAR(audit.deepest_drop()->drop, 0.12, 0.002);
}

TEST(SustainedAudit, WarmUp) {
  const auto audit = sustained_audit(soak_series(600, [](SoakPoint& point) {
                       point.throughput_per_s *= point.t_s < 40.0 ? 0.7 : 1.0;
                     })).value();
  EXPECT_EQ(audit.warm_up_s, 40.0);
  EXPECT_EQ(audit.steady.kind, SteadyKind::warm_up);
  EXPECT_TRUE(audit.drops.empty()) << "a rise is no drop";
}

TEST(SustainedAudit, SaysThatThereIsNoSteadyState) {
  const auto audit = sustained_audit(soak_series(600, [](SoakPoint& point) {
                       point.throughput_per_s *= point.t_s < 500.0 ? 1.0 : 0.7;
                     })).value();
  EXPECT_EQ(audit.warm_up_s, std::nullopt);
  EXPECT_EQ(audit.steady.kind, SteadyKind::none);
}

TEST(SustainedAudit, TailOfALoopIsTheMedianOfItsPoints) {
  const auto audit = sustained_audit(soak_series(120, [](SoakPoint& point) {
                       if (point.t_s < 5.0) {
                         point.p99_s = 1e-3 * (1.0 + point.t_s);
                       }
                     })).value();
  EXPECT_FALSE(audit.burst_only);
  EXPECT_DOUBLE_EQ(audit.loops[0].p99_s.value(), 3e-3);  // 1 to 5 ms, and one without
  EXPECT_EQ(audit.loops[1].p99_s, std::nullopt);
}

TEST(SustainedAudit, ShortOnesAreBurstsOnly) {
  EXPECT_TRUE(sustained_audit(soak_series(119))->burst_only);
  EXPECT_EQ(sustained_audit(soak_series(39)).reason(), "39 points are too few for 20 loops: needs 40");
  EXPECT_EQ(sustained_audit(soak_series(60, [](SoakPoint& point) { point.throughput_per_s = 0.0; })).reason(),
            "nothing was completed");
}

TEST(SustainedAudit, RejectsNonsense) {
  EXPECT_THROW(static_cast<void>(sustained_audit(soak_series(100), {.loops = 0})), std::invalid_argument);
  EXPECT_THROW(
      static_cast<void>(sustained_audit(soak_series(100, [](SoakPoint& point) { point.throughput_per_s = -1.0; }))),
      std::invalid_argument);
  EXPECT_THROW(static_cast<void>(sustained_audit(
                   soak_series(100, [](SoakPoint& point) { point.t_s += point.t_s >= 50.0 ? 5.0 : 0.0; }))),
               std::invalid_argument);
}

}  // namespace
}  // namespace assay
