#include "harness/process_memory.hpp"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include "harness/buffer.hpp"
#include "harness/realtime.hpp"
#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

TEST(ProcessMemory, ReadsWhatTheKernelCounts) {
  const GivenFiles files({{"/proc/self/smaps_rollup", "Rss:  9000 kB\nAnonHugePages:      4096 kB\n"},
                          {"/proc/self/status", "VmPeak:\t 9 kB\nVmLck:\t    12 kB\n"}});
  EXPECT_EQ(huge_page_memory(files).value(), Bytes{4096 * 1024});
  EXPECT_EQ(locked_memory(files).value(), Bytes{12 * 1024});
  EXPECT_EQ(locked_memory(GivenFiles({})).reason(), "/proc/self/status is hidden here");
  EXPECT_EQ(locked_memory(GivenFiles({{"/proc/self/status", "VmPeak:\t 9 kB\n"}})).reason(),
            "/proc/self/status has no VmLck");
}

TEST(ProcessMemory, SmallPagesOverruleWhatABufferAsksFor) {
  const SmallPages small;
  if (small.problem()) {
    GTEST_SKIP() << *small.problem();
  }
  const Buffer buffer(Bytes{8U << 20U});
  buffer.first_touch();
  const auto huge = buffer.in_huge_pages();
  if (!huge) {
    GTEST_SKIP() << huge.reason();
  }
  EXPECT_EQ(huge->count, 0U);
}

TEST(ProcessMemory, SmallPagesLeaveTheWishOfWhoeverStartedTheProcess) {
  const auto wish = [] { return prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0); };
  const int before = wish();
  for (const int inherited : {0, 1}) {
    if (prctl(PR_SET_THP_DISABLE, inherited, 0, 0, 0) != 0) {
      GTEST_SKIP() << "this system does not take PR_SET_THP_DISABLE";
    }
    {
      const SmallPages small;
      EXPECT_EQ(wish(), 1);
    }
    EXPECT_EQ(wish(), inherited);
  }
  prctl(PR_SET_THP_DISABLE, before, 0, 0, 0);
}

TEST(ProcessMemory, LocksAndLetsGoAgain) {
#ifdef ASSAY_SANITIZED
  GTEST_SKIP() << "the shadow of a sanitizer is far larger than the memory";
#endif
  {
    const LockedMemory locked;
    if (locked.problem()) {
      GTEST_SKIP() << *locked.problem();
    }
    EXPECT_GT(locked_memory(SystemFiles{}).value().count, 0U);
  }
  EXPECT_EQ(locked_memory(SystemFiles{}).value().count, 0U);
}

TEST(Realtime, IsRefusedWhereNothingWouldStopABusyThread) {
  const GivenFiles files({{"/proc/sys/kernel/sched_rt_runtime_us", "-1\n"}});
  const auto refusal = realtime_refusal(70, files);
  ASSERT_TRUE(refusal);
  EXPECT_NE(refusal->find("sched_rt_runtime_us is -1"), std::string::npos);
}

TEST(Realtime, AnImpossiblePriorityIsRefusedWithTheSystemsWord) {
  EXPECT_EQ(realtime_refusal(1000, GivenFiles({})), "Invalid argument");
}

}  // namespace
}  // namespace assay
