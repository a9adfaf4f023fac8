#include "harness/cpu_quota.hpp"

#include <gtest/gtest.h>

#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

TEST(QuotaThrottling, IsReadOfTheGroupAndOfAllAboveIt) {
  const GivenFiles files{{"/proc/self/cgroup", "0::/lab/run\n"},
                         {"/sys/fs/cgroup/lab/run/cpu.stat", "usage_usec 9\nthrottled_usec 1200\n"},
                         {"/sys/fs/cgroup/lab/cpu.stat", "usage_usec 99\nthrottled_usec 5000\n"},
                         {"/sys/fs/cgroup/cpu.stat", "usage_usec 999\n"}};
  EXPECT_EQ(read_quota_throttling(files),
            (QuotaThrottling{{"/sys/fs/cgroup/lab/cpu.stat", 5ms}, {"/sys/fs/cgroup/lab/run/cpu.stat", 1200us}}));
}

TEST(QuotaThrottling, IsInNanosecondsInVersionOne) {
  const GivenFiles files{{"/proc/self/cgroup", "4:cpu,cpuacct:/lab\n3:memory:/other\n"},
                         {"/sys/fs/cgroup/cpu/lab/cpu.stat", "nr_throttled 3\nthrottled_time 1200000\n"}};
  EXPECT_EQ(read_quota_throttling(files), (QuotaThrottling{{"/sys/fs/cgroup/cpu/lab/cpu.stat", 1200us}}));
}

// Found by the fuzz target machine_files: it ended the run.
TEST(QuotaThrottling, AGroupWithoutASlashIsNoFault) {
  const GivenFiles files{{"/proc/self/cgroup", "0::run\n"}};
  EXPECT_TRUE(read_quota_throttling(files).empty());
  EXPECT_FALSE(read_cpu_quota(files).cpus);
}

TEST(QuotaThrottling, IsEmptyWhereNothingIsShown) { EXPECT_TRUE(read_quota_throttling(GivenFiles{}).empty()); }

TEST(QuotaThrottling, BetweenTwoReadingsIsThatOfTheGroupThatWasHeldLongest) {
  // The group above has the longer history, its child was held longer in between.
  const QuotaThrottling before{{"child", 1ms}, {"parent", 100s}};
  EXPECT_EQ(throttled_between(before, {{"child", 8ms}, {"parent", 100s + 2ms}}), 7ms);
  EXPECT_EQ(throttled_between(before, before), 0ms);
}

TEST(QuotaThrottling, OfAGroupThatWasNotReadBeforeCountsNothing) {
  EXPECT_EQ(throttled_between({}, {{"child", 8ms}}), 0ms);
}

}  // namespace
}  // namespace assay
