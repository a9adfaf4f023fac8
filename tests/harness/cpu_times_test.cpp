#include "harness/cpu_times.hpp"

#include <gtest/gtest.h>

#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

TEST(CpuTimes, SplitsTheTicks) {
  const auto times = read_cpu_times(GivenFiles{{"/proc/stat", "cpu  100 10 50 800 20 5 5 10 7 0\ncpu0 1 1\n"}});
  ASSERT_TRUE(times);
  EXPECT_EQ(times->total_ticks, 1000U);
  EXPECT_EQ(times->busy_ticks, 170U);  // user, nice, system, irq and softirq
  EXPECT_EQ(times->steal_ticks, 10U);
}

TEST(CpuTimes, OtherShapesAreNotGuessed) {
  EXPECT_FALSE(read_cpu_times(GivenFiles{}));
  EXPECT_FALSE(read_cpu_times(GivenFiles{{"/proc/stat", "cpu 1 2 3\n"}}));
  EXPECT_FALSE(read_cpu_times(GivenFiles{{"/proc/stat", "intr 1 2 3 4 5 6 7 8\n"}}));
}

TEST(CpuTimes, ForeignIsBusyLessOwn) {
  const CpuTimes before{.total_ticks = 1000, .busy_ticks = 100, .steal_ticks = 0, .own = 0s};
  const CpuTimes after{.total_ticks = 1600, .busy_ticks = 550, .steal_ticks = 30, .own = 3s};
  const auto shares = load_between(before, after, 100);
  ASSERT_TRUE(shares);
  EXPECT_DOUBLE_EQ(shares->own, 0.5);       // 300 of 600 ticks
  EXPECT_DOUBLE_EQ(shares->foreign, 0.25);  // 450 - 300
  EXPECT_DOUBLE_EQ(shares->steal, 0.05);
}

TEST(CpuTimes, OwnTimeBeyondTheTicksIsNotNegativeLoad) {
  const CpuTimes after{.total_ticks = 100, .busy_ticks = 50, .steal_ticks = 0, .own = 600ms};
  EXPECT_DOUBLE_EQ(load_between({}, after, 100)->foreign, 0.0);
  EXPECT_FALSE(load_between(after, after, 100));
}

}  // namespace
}  // namespace assay
