#include "harness/nominal_clock.hpp"

#include <gtest/gtest.h>

#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

const char* const kBase = "/sys/devices/system/cpu/cpu0/cpufreq/base_frequency";

TEST(NominalClock, TheBaseFrequencyGoesBeforeTheClockOfTheMoment) {
  const auto clock = read_nominal_clock(GivenFiles{{kBase, "2450000\n"}, {"/proc/cpuinfo", "cpu MHz\t\t: 3100.5\n"}});
  ASSERT_TRUE(clock);
  EXPECT_DOUBLE_EQ(clock->hz, 2.45e9);
  EXPECT_EQ(clock->source, kBase);
}

TEST(NominalClock, AGuestHasOnlyCpuinfo) {
  const auto clock =
      read_nominal_clock(GivenFiles{{"/proc/cpuinfo", "model name\t: A\ncpu MHz\t\t: 2445.372\ncpu MHz : 1\n"}});
  ASSERT_TRUE(clock);
  EXPECT_DOUBLE_EQ(clock->hz, 2.445372e9);
}

TEST(NominalClock, SaysWhyThereIsNone) {
  EXPECT_FALSE(read_nominal_clock(GivenFiles{}));
  EXPECT_FALSE(read_nominal_clock(GivenFiles{{kBase, "max\n"}, {"/proc/cpuinfo", "cpu MHz : fast\n"}}));
  EXPECT_FALSE(read_nominal_clock(GivenFiles{{kBase, "0\n"}}).reason().empty());
}

}  // namespace
}  // namespace assay
