#include "harness/process_account.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

TEST(ProcessAccount, ReadsTheSchedulersAccount) {
  const GivenFiles files{
      {"/proc/42/schedstat", "1500000 250000 7\n"},
      {"/proc/42/status", "Name:\tassay\nvoluntary_ctxt_switches:\t31\nnonvoluntary_ctxt_switches:\t4\n"}};
  const auto account = read_process_account(files, 42);
  ASSERT_TRUE(account);
  EXPECT_EQ(account->cpu_time, 1500us);
  EXPECT_EQ(account->waited, 250us);
  EXPECT_EQ(account->voluntary_switches, 31U);
  EXPECT_EQ(account->involuntary_switches, 4U);
}

// A name may hold blanks and brackets; utime and stime are the fields 14 and 15.
TEST(ProcessAccount, FallsBackToTicks) {
  const GivenFiles files{{"/proc/42/stat", "42 (a ) b) R 1 40 40 0 -1 0 0 0 0 0 150 50 0 0 20 0"}};
  const auto account = read_process_account(files, 42);
  ASSERT_TRUE(account);
  EXPECT_EQ(account->cpu_time, from_seconds(200.0 / static_cast<double>(sysconf(_SC_CLK_TCK))));
  EXPECT_FALSE(account->waited);
}

TEST(ProcessAccount, KnowsNothingOfAProcessThatIsGone) { EXPECT_FALSE(read_process_account(GivenFiles{}, 42)); }

TEST(ProcessAccount, FindsTheProcessesOfAGroup) {
  const GivenFiles files{{"/proc/7/stat", "7 (a) R 1 40 40 0"},
                         {"/proc/8/stat", "8 (b) S 7 40 40 0"},
                         {"/proc/9/stat", "9 (c) S 7 9 9 0"},
                         {"/proc/self/stat", "7 (a) R 1 40 40 0"}};
  EXPECT_THAT(processes_of_group(files, 40), ElementsAre(7, 8));
}

}  // namespace
}  // namespace assay
