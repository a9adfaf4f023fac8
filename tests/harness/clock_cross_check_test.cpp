#include "harness/clock_cross_check.hpp"

#include <gtest/gtest.h>

namespace assay {
namespace {

using namespace std::chrono_literals;

TEST(ClockDisagreement, IsZeroWhereTheClocksAgree) {
  EXPECT_EQ(clock_disagreement({.raw = 0s, .monotonic = 0s, .boottime = 0s}), 0ns);
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 10s, .boottime = 10s}), 0ns);
}

TEST(ClockDisagreement, AllowsTheLargestSlewAndAPreemptionBetweenReadings) {
  // 500 ppm of 10 s are 5 ms; one more millisecond may pass between two readings. Either way round.
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 10'006ms, .boottime = 10'006ms}), 0ns);
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 9'994ms, .boottime = 9'994ms}), 0ns);
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 10'006ms + 1ns, .boottime = 10'006ms}), 1ns);
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 9'994ms - 1ns, .boottime = 9'994ms}), 1ns);
}

TEST(ClockDisagreement, CountsASuspension) {
  // Only the boot-time clock goes on while the machine sleeps.
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 10s, .boottime = 70s}), 60s - 1ms);
}

TEST(ClockDisagreement, IsTheWorstOfItsCauses) {
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 12s, .boottime = 17s}), 5s - 1ms);
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 12s, .boottime = 12s}), 2s - 6ms);
}

TEST(ClockCrossCheck, IsNeverNegative) {
  const ClockCrossCheck check;
  EXPECT_GE(check.disagreement(), 0ns);
}

}  // namespace
}  // namespace assay
