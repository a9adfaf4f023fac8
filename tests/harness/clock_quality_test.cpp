#include "harness/clock_quality.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/simulated_clock.hpp"
#include "harness/steady_clock.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

/// Moves 30 ns at each reading, once 10 ns back, and wakes 60 us late.
class FlawedClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const noexcept override {
    time_ += ++readings_ == 1000 ? Nanoseconds{-10} : Nanoseconds{30};
    return time_;
  }
  Instant wait_until(Instant deadline) noexcept override { return time_ = deadline + 60us; }
  bool wait(Signal& /*signal*/, std::uint32_t /*seen*/, Instant /*deadline*/) noexcept override { return false; }

 private:
  mutable int readings_ = 0;
  mutable Instant time_{};
};

TEST(ClockQuality, FindsCostResolutionStepsAndLateness) {
  FlawedClock clock;
  const ClockQuality quality = measure_clock_quality(clock);
  EXPECT_EQ(quality.source, "unnamed clock");
  // The batch with the backward step looks cheaper than the clock is: (399 x 30 - 10) / 400.
  EXPECT_DOUBLE_EQ(quality.cost_ns, 29.9);
  EXPECT_EQ(quality.resolution_ns, 30);
  EXPECT_EQ(quality.backward_steps, 1U);
  EXPECT_EQ(quality.wake_error_p50, 60us);
  EXPECT_EQ(quality.wake_error_p90, 60us);
  EXPECT_EQ(quality.wake_error_max, 60us);
  EXPECT_EQ(quality.spin_margin, 250us);
}

TEST(ClockQuality, WakeErrorPercentilesHaveExactRanks) {
  std::vector<Nanoseconds> lateness;
  for (int i = 100; i >= 1; --i) {
    lateness.emplace_back(i * 1us);
  }
  ClockQuality quality;
  set_wake_error(quality, lateness);
  EXPECT_EQ(quality.wake_error_p50, 50us);
  EXPECT_EQ(quality.wake_error_p90, 90us);
  EXPECT_EQ(quality.wake_error_max, 100us);
  EXPECT_EQ(quality.spin_margin, 250us);
}

TEST(ClockQuality, MarginIsTwiceP90WithinItsLimits) {
  EXPECT_EQ(spin_margin_for(0us), 250us);
  EXPECT_EQ(spin_margin_for(125us), 250us);
  EXPECT_EQ(spin_margin_for(140us), 280us);
  EXPECT_EQ(spin_margin_for(5ms), 500us);
}

TEST(ClockQuality, SimulatedTimeIsPerfectAndNamed) {
  SimulatedClock clock;
  const ClockQuality quality = measure_clock_quality(clock);
  EXPECT_EQ(quality.source, "simulated");
  EXPECT_EQ(quality.cost_ns, 0.0);
  EXPECT_EQ(quality.resolution_ns, 0);
  EXPECT_EQ(quality.wake_error_max, 0ns);
  EXPECT_EQ(quality.spin_margin, 250us);
}

TEST(ClockQuality, TheRealClockNamesItsSourceAndNeverStepsBack) {
  SteadyClock clock;
  const ClockQuality quality = measure_clock_quality(clock);
  EXPECT_THAT(quality.source, ::testing::StartsWith("CLOCK_MONOTONIC_RAW ("));
  EXPECT_GT(quality.cost_ns, 0.0);
  EXPECT_GT(quality.resolution_ns, 0);
  EXPECT_EQ(quality.backward_steps, 0U);
  EXPECT_GE(quality.wake_error_p50, 0ns);
  EXPECT_LE(quality.wake_error_p50, quality.wake_error_max);
}

}  // namespace
}  // namespace assay
