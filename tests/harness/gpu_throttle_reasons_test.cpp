#include <gtest/gtest.h>

#include "harness/gpu_sensors.hpp"

namespace assay {
namespace {

TEST(ThrottleReasons, AreNamedInTheOrderOfTheirBits) {
  EXPECT_EQ(throttle_reasons_text(0), "none");
  EXPECT_EQ(throttle_reasons_text(0x1), "idle");
  EXPECT_EQ(throttle_reasons_text(0x44), "SW power cap, HW thermal slowdown");
  EXPECT_EQ(throttle_reasons_text(0xEA),
            "application clocks, HW slowdown, SW thermal slowdown, HW thermal slowdown, "
            "HW power brake");
}

TEST(ThrottleReasons, ABitThatIsNotKnownIsToldByItsValue) {
  EXPECT_EQ(throttle_reasons_text(0x8000'0000'0000'0204),
            "SW power cap, unknown reason 0x200, unknown reason 0x8000000000000000");
}

TEST(ThrottleReasons, AnIdleGpuAndAChosenClockAreNotThrottled) {
  EXPECT_FALSE(is_throttling(0x0));
  EXPECT_FALSE(is_throttling(0x1 | 0x2 | 0x10 | 0x100));
  for (const std::uint64_t bit : {0x4U, 0x8U, 0x20U, 0x40U, 0x80U}) {
    EXPECT_TRUE(is_throttling(bit)) << bit;
  }
  EXPECT_TRUE(is_thermal_throttling(0x20));
  EXPECT_TRUE(is_thermal_throttling(0x40));
  EXPECT_FALSE(is_thermal_throttling(0x4 | 0x8 | 0x80));
}

}  // namespace
}  // namespace assay
