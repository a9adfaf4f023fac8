#include "harness/team_observation.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace assay {
namespace {

using namespace std::chrono_literals;

/// A thread that worked all the time between two instants.
ThreadInterval busy(Nanoseconds begin, Nanoseconds end) {
  return {.begin = Instant{begin},
          .end = Instant{end},
          .before = {.cpu_time = 5ms, .involuntary_switches = 7},
          .after = {.cpu_time = 5ms + (end - begin), .involuntary_switches = 7},
          .clock_hz = 3e9};
}

TEST(TeamObservation, TimeRunsFromTheFirstBeginToTheLastEnd) {
  const std::vector threads{busy(10us, 710us), busy(20us, 690us), busy(5us, 700us)};
  const TeamObservation observation = combine(threads, 100);
  EXPECT_EQ(observation.elapsed, 705us);
  EXPECT_EQ(observation.iterations, 100U);
  EXPECT_DOUBLE_EQ(observation.seconds_per_iteration(), 7.05e-6);
  EXPECT_EQ(observation.contamination, Contamination::none);
}

TEST(TeamObservation, ThreadsMustShareNineTenthsOfTheTime) {
  // Common to both: 900 of 1000 us, then 899.
  EXPECT_EQ(combine(std::vector{busy(0us, 950us), busy(50us, 1000us)}, 1).contamination, Contamination::none);
  EXPECT_EQ(combine(std::vector{busy(0us, 949us), busy(50us, 1000us)}, 1).contamination, Contamination::out_of_step);
}

TEST(TeamObservation, OneDisturbedThreadSpoilsTheSample) {
  ThreadInterval preempted = busy(0us, 1000us);
  ++preempted.after.involuntary_switches;
  EXPECT_EQ(combine(std::vector{busy(0us, 1000us), preempted}, 1).contamination, Contamination::preempted);
  ThreadInterval stalled = busy(0us, 1000us);
  stalled.after.cpu_time -= 30us;
  EXPECT_EQ(combine(std::vector{stalled, busy(0us, 1000us)}, 1).contamination, Contamination::stalled);
}

TEST(TeamObservation, TheClockIsTheMeanOrUnknown) {
  std::vector threads{busy(0us, 1000us), busy(0us, 1000us)};
  threads[1].clock_hz = 2.5e9;
  EXPECT_DOUBLE_EQ(combine(threads, 1).clock_hz.value(), 2.75e9);
  threads[0].clock_hz.reset();
  EXPECT_EQ(combine(threads, 1).clock_hz, std::nullopt);
}

TEST(TeamObservation, NeedsAThread) { EXPECT_THROW((void)combine({}, 1), std::invalid_argument); }

}  // namespace
}  // namespace assay
