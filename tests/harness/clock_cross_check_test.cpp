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

TEST(ClockDisagreement, AllowsWhatLiesBetweenReadingsThatCouldNotBeTakenTogether) {
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 10'009ms, .boottime = 10'009ms, .apart = 4ms}), 0ns);
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 10'010ms, .boottime = 10'010ms, .apart = 4ms}), 1ms);
  EXPECT_EQ(clock_disagreement({.raw = 10s, .monotonic = 10s, .boottime = 10'005ms, .apart = 4ms}), 1ms);
}

/// Clocks that agree until they are told otherwise, on a machine that may be busy while they are read.
struct BusyClocks {
  ClockReadings operator()() {
    const Nanoseconds pause = preempted > 0 ? preemption : 100ns;
    preempted -= preempted > 0 ? 1 : 0;
    const Nanoseconds begin = time;
    time += pause + 100ns;
    return {.raw = begin, .monotonic = begin + pause + step, .boottime = begin + pause + step, .raw_after = time};
  }

  Nanoseconds time = 5s;
  Nanoseconds preemption = 20ms;
  Nanoseconds step = 0ns;  ///< of the two other clocks
  int preempted = 0;       ///< the next readings
};

TEST(ClockCrossCheck, TakesNoPreemptionForAStep) {
  BusyClocks clocks;
  clocks.preempted = 3;
  const ClockCrossCheck check([&clocks] { return clocks(); });
  clocks.time += 1s;
  clocks.preempted = 5;
  EXPECT_EQ(check.disagreement(), 0ns);
  clocks.preempted = 1'000'000;  // never read together
  EXPECT_EQ(check.disagreement(), 0ns);
}

TEST(ClockCrossCheck, SeesAStepOnABusyMachine) {
  BusyClocks clocks;
  const ClockCrossCheck check([&clocks] { return clocks(); });
  clocks.step = 50ms;
  clocks.preempted = 5;
  EXPECT_GE(check.disagreement(), 48ms);
  clocks.preempted = 1'000'000;
  EXPECT_GE(check.disagreement(), 28ms);  // what the preemption does not explain
}

TEST(ClockCrossCheck, IsNeverNegative) {
  const ClockCrossCheck check;
  EXPECT_GE(check.disagreement(), 0ns);
}

}  // namespace
}  // namespace assay
