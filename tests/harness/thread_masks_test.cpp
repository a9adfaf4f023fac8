#include "harness/thread_masks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/given_files.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kTasks = "/proc/self/task/";

TEST(ThreadMasks, NamesWhatWasChangedAndNothingElse) {
  GivenFiles files{{kTasks + "10/status", "Name:\tassay\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n"},
                   {kTasks + "11/status", "Cpus_allowed_list:\t1\n"},
                   {kTasks + "12/status", "Cpus_allowed_list:\t1\n"},
                   {kTasks + "13/status", "Cpus_allowed_list:\t2\n"}};
  const ThreadMasks before = read_thread_masks(files);
  EXPECT_EQ(before.at("10"), "0-3");
  EXPECT_THAT(changed_masks(before, before), IsEmpty());
  for (const char* thread : {"11", "12", "14"}) {  // the last one is new
    files.set(kTasks + thread + "/status", "Cpus_allowed_list:\t0\n");
  }
  files.forbid(kTasks + "13/status");  // and this one has ended
  EXPECT_THAT(changed_masks(before, read_thread_masks(files)), ElementsAre("2 threads: CPUs 1 -> 0"));
}

// The first issuing thread is the one that measures: it pins itself after the beginning, and helpers come and go.
TEST(ThreadMaskWatch, ThePinningOfOurOwnIsNoChange) {
  GivenFiles files{{kTasks + "10/status", "Cpus_allowed_list:\t0-3\n"},
                   {kTasks + "11/status", "Cpus_allowed_list:\t1\n"}};
  ThreadMaskWatch watch;
  watch.begin(files);
  files.set(kTasks + "10/status", "Cpus_allowed_list:\t2\n");
  files.set(kTasks + "12/status", "Cpus_allowed_list:\t0-3\n");
  watch.pinned("10", files);
  files.set(kTasks + "12/status", "Cpus_allowed_list:\t3\n");
  watch.pinned("12", files);
  EXPECT_THAT(watch.changes(files), IsEmpty());
  files.set(kTasks + "10/status", "Cpus_allowed_list:\t0\n");
  EXPECT_THAT(watch.changes(files), ElementsAre("1 thread: CPUs 2 -> 0"));
}

// Between the beginning and the first issue: the watch began again with whatever it found then.
TEST(ThreadMaskWatch, WhatIsChangedBeforeAThreadPinsItselfIsSeen) {
  GivenFiles files{{kTasks + "10/status", "Cpus_allowed_list:\t0-3\n"},
                   {kTasks + "11/status", "Cpus_allowed_list:\t1\n"}};
  ThreadMaskWatch watch;
  watch.begin(files);
  files.set(kTasks + "11/status", "Cpus_allowed_list:\t0\n");
  files.set(kTasks + "10/status", "Cpus_allowed_list:\t2\n");
  watch.pinned("10", files);
  EXPECT_THAT(watch.changes(files), ElementsAre("1 thread: CPUs 1 -> 0"));
}

TEST(ThreadMasks, AHiddenFolderChangesNothing) {
  const GivenFiles files{};
  EXPECT_THAT(read_thread_masks(files), IsEmpty());
}

TEST(ThreadMasks, ThisProcessHasSome) {
  const SystemFiles files;
  EXPECT_THAT(read_thread_masks(files), Not(IsEmpty()));
}

}  // namespace
}  // namespace assay
