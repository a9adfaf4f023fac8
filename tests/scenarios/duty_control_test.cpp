#include "scenarios/interference/duty_control.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace assay {
namespace {

using namespace std::chrono_literals;

struct Outcome {
  double share = 0.0;
  Nanoseconds longest{0};
};

/// Ten seconds of an injector that gets `speed` CPU time in each unit of time while it works, and wakes up `late`.
Outcome simulate(double share, double speed, Nanoseconds late = 0ns) {
  DutyControl control(share, 1);
  Nanoseconds now{0};
  Nanoseconds cpu{0};
  Outcome outcome;
  while (now < 10s) {
    const DutyControl::Step step = control.next(now, cpu);
    cpu += step.work;
    outcome.longest = std::max(outcome.longest, step.work);
    now = std::max(step.next_at, now + from_seconds(seconds(step.work) / speed)) + late;
  }
  outcome.share = seconds(cpu) / seconds(now);
  return outcome;
}

TEST(DutyControl, DeliversTheShareOnAnIdleCpu) {
  for (const double share : {0.05, 0.25, 0.5, 0.75, 0.9}) {
    EXPECT_NEAR(simulate(share, 1.0).share, share, 0.002) << share;
  }
}

// At 70 % speed (a neighbour takes the rest) half of the CPU is still had, because the feedback is on CPU time.
TEST(DutyControl, MakesUpForWhatOthersTake) {
  EXPECT_NEAR(simulate(0.25, 0.7).share, 0.25, 0.002);
  EXPECT_NEAR(simulate(0.5, 0.7).share, 0.5, 0.01);
}

// A period of 2 ms that begins 0.3 ms late would leave 0.435 of the CPU without the feedback.
TEST(DutyControl, MakesUpForLateWakeUps) { EXPECT_NEAR(simulate(0.5, 1.0, 300us).share, 0.5, 0.01); }

// Where the share cannot be had, bursts grow by the part that is paid back and by no more.
TEST(DutyControl, NeverPaysABacklogAtOnce) {
  const Outcome outcome = simulate(0.5, 0.4);
  EXPECT_LT(outcome.share, 0.41);
  EXPECT_LE(outcome.longest, 2100us);  // (0.5 x 1.25 + 0.05) of the longest period, 3 ms
}

TEST(DutyControl, ForgetsWhatIsLongPast) {
  DutyControl control(0.5, 1);
  (void)control.next(0s, 0ns);
  const DutyControl::Step late = control.next(10s, 0ns);  // ten seconds without any CPU time
  EXPECT_LE(late.work, 2ms);
  Nanoseconds now = late.next_at;
  Nanoseconds cpu = late.work;
  for (int step = 0; step < 1000; ++step) {  // two seconds later nothing is owed any more
    const DutyControl::Step next = control.next(now, cpu);
    cpu += next.work;
    now = next.next_at;
  }
  EXPECT_NEAR(seconds(cpu) / seconds(now - late.next_at), 0.5, 0.02);
}

}  // namespace
}  // namespace assay
