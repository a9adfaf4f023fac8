#include "scenarios/dilation.hpp"

#include <gtest/gtest.h>

#include "harness/simulated_clock.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

TEST(Dilation, ALowerClockTakesLongerByItsInverse) {
  SimulatedClock clock;
  EmulatedClock emulated;
  Dilator dilator(emulated, clock);
  emulated.set_factor(0.5);
  EXPECT_EQ(dilator.after_chunk(10ms), 10ms);
  EXPECT_EQ(clock.now(), Instant{10ms});
  emulated.set_factor(1.0 / 6.0);
  EXPECT_EQ(dilator.after_chunk(6ms), 30ms);
  EXPECT_EQ(clock.now(), Instant{40ms});
  EXPECT_EQ(emulated.busy(), 10ms + 10ms + 6ms + 30ms);
}

TEST(Dilation, AtFullClockNothingIsAdded) {
  SimulatedClock clock;
  EmulatedClock emulated;
  Dilator dilator(emulated, clock);
  EXPECT_EQ(dilator.after_chunk(10ms), 0ns);
  EXPECT_EQ(clock.now(), Instant{});
  EXPECT_EQ(emulated.busy(), 10ms);
}

TEST(Dilation, NoTimeAndAFactorThatIsNoneAddNothing) {
  SimulatedClock clock;
  EmulatedClock emulated;
  Dilator dilator(emulated, clock);
  emulated.set_factor(0.5);
  EXPECT_EQ(dilator.after_chunk(0ns), 0ns);
  EXPECT_EQ(dilator.after_chunk(-5ms), 0ns);
  emulated.set_factor(0.0);
  EXPECT_EQ(dilator.after_chunk(1ms), 0ns);
  EXPECT_EQ(emulated.busy(), 1ms);
}

TEST(Dilation, WhatTheClockOvershootsIsCounted) {
  /// Wakes 1 ms late.
  class LateClock final : public Clock {
   public:
    [[nodiscard]] Instant now() const noexcept override { return time_.now(); }
    Instant wait_until(Instant deadline) noexcept override { return time_.wait_until(deadline + 1ms); }
    bool wait(Signal& signal, std::uint32_t seen, Instant deadline) noexcept override {
      return time_.wait(signal, seen, deadline);
    }

   private:
    SimulatedClock time_;
  };
  LateClock clock;
  EmulatedClock emulated;
  Dilator dilator(emulated, clock);
  emulated.set_factor(0.8);
  EXPECT_EQ(dilator.after_chunk(8ms), 3ms);
  EXPECT_EQ(emulated.busy(), 11ms);
}

}  // namespace
}  // namespace assay
