#include "analysis/steady_state.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace assay {
namespace {

TEST(SteadyState, FlatFromTheStart) {
  const std::vector<Segment> segments = {{0, 100, 100.0, 0.5}};
  EXPECT_EQ(steady_state(segments).kind, SteadyKind::flat);
  EXPECT_EQ(steady_state(segments).begin, 0U);
}

TEST(SteadyState, SegmentsWithinTwoPerCentAreEqual) {
  const std::vector<Segment> segments = {{0, 10, 50.0, 0.5}, {10, 60, 101.9, 0.5}, {60, 100, 100.0, 0.5}};
  const SteadyState state = steady_state(segments);
  EXPECT_EQ(state.kind, SteadyKind::warm_up);
  EXPECT_EQ(state.begin, 10U);
  EXPECT_EQ(state.mean, 100.0);
}

TEST(SteadyState, OrWithinTheStandardDeviationOfTheLast) {
  const std::vector<Segment> segments = {{0, 60, 104.0, 0.5}, {60, 100, 100.0, 5.0}};
  EXPECT_EQ(steady_state(segments).kind, SteadyKind::flat);
}

// Back to the old level after a dip: steady from the end of the dip, not from the start.
TEST(SteadyState, ABreakEndsIt) {
  const std::vector<Segment> segments = {{0, 40, 100.0, 0.5}, {40, 50, 80.0, 0.5}, {50, 100, 100.0, 0.5}};
  EXPECT_EQ(steady_state(segments).begin, 50U);
}

TEST(SteadyState, SlowDown) {
  const std::vector<Segment> segments = {{0, 40, 100.0, 0.5}, {40, 100, 80.0, 0.5}};
  EXPECT_EQ(steady_state(segments).kind, SteadyKind::slow_down);
  EXPECT_EQ(name_of(SteadyKind::slow_down), "slow-down");
}

TEST(SteadyState, ThereIsNoneWhereTheLastQuarterChanges) {
  const std::vector<Segment> quarter = {{0, 75, 100.0, 0.5}, {75, 100, 80.0, 0.5}};
  EXPECT_EQ(steady_state(quarter).begin, 75U);
  const std::vector<Segment> less = {{0, 76, 100.0, 0.5}, {76, 100, 80.0, 0.5}};
  EXPECT_EQ(steady_state(less).kind, SteadyKind::none);
  EXPECT_EQ(steady_state(less).begin, std::nullopt);
  EXPECT_EQ(steady_state(less).reason,
            "no steady state: the level still changed 24.0 % before the end, within the last quarter");
  EXPECT_EQ(steady_state({}).reason, "nothing was measured");
}

}  // namespace
}  // namespace assay
