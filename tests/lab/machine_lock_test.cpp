#include "lab/machine_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;

TEST(MachineLock, OneAtATimeAndTheSecondHearsWho) {
  const test_support::ScratchFolder folder;
  {
    const auto first = MachineLock::try_acquire(folder.path(), "assay run gemm");
    ASSERT_TRUE(std::holds_alternative<MachineLock>(first));
    const auto second = MachineLock::try_acquire(folder.path(), "assay tour");
    ASSERT_TRUE(std::holds_alternative<LockBusy>(second));
    EXPECT_THAT(std::get<LockBusy>(second).holder, HasSubstr("pid " + std::to_string(getpid()) + ", since 20"));
    EXPECT_THAT(std::get<LockBusy>(second).holder, HasSubstr("assay run gemm"));
  }
  EXPECT_TRUE(std::holds_alternative<MachineLock>(MachineLock::try_acquire(folder.path(), "assay tour")));
}

TEST(MachineLock, GoesWithTheProcessHoweverItEnds) {
  const test_support::ScratchFolder folder;
  std::array<int, 2> locked{};
  ASSERT_EQ(pipe(locked.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto lock = MachineLock::try_acquire(folder.path(), "assay soak");
    const char sign = std::holds_alternative<MachineLock>(lock) ? 'y' : 'n';
    if (write(locked[1], &sign, 1) == 1) {
      pause();
    }
    _exit(1);
  }
  close(locked[1]);
  char sign = 0;
  EXPECT_EQ(read(locked[0], &sign, 1), 1);
  close(locked[0]);
  EXPECT_EQ(sign, 'y');
  const auto attempt = MachineLock::try_acquire(folder.path(), "assay tour");
  kill(child, SIGKILL);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_TRUE(std::holds_alternative<LockBusy>(attempt));
  EXPECT_THAT(std::get<LockBusy>(attempt).holder, HasSubstr("pid " + std::to_string(child)));
  EXPECT_TRUE(std::holds_alternative<MachineLock>(MachineLock::try_acquire(folder.path(), "assay tour")));
}

TEST(MachineLock, MovesWithoutLettingGo) {
  const test_support::ScratchFolder folder;
  {
    auto attempt = MachineLock::try_acquire(folder.path(), "x");
    const MachineLock kept = std::move(std::get<MachineLock>(attempt));
    attempt = LockBusy{};
    EXPECT_TRUE(std::holds_alternative<LockBusy>(MachineLock::try_acquire(folder.path(), "x")));
  }
  EXPECT_TRUE(std::holds_alternative<MachineLock>(MachineLock::try_acquire(folder.path(), "x")));
}

TEST(MachineLock, LeavesOneLineAndNothingOfTheOneBefore) {
  const test_support::ScratchFolder folder;
  (void)MachineLock::try_acquire(folder.path(), std::string(300, 'y'));
  (void)MachineLock::try_acquire(folder.path(), "assay run\n\x1b[31m");
  EXPECT_THAT(test_support::text_of(folder / "assay.lock"),
              ::testing::MatchesRegex("pid [0-9]+, since 20[0-9T:-]+Z, assay run\\?\\?\\[31m\n"));
}

TEST(MachineLock, TouchesNoFileThatHasAnotherName) {
  const test_support::ScratchFolder folder;
  std::ofstream(folder / "precious") << "text";
  ASSERT_EQ(link((folder / "precious").c_str(), (folder / "assay.lock").c_str()), 0);
  EXPECT_THROW((void)MachineLock::try_acquire(folder.path(), "x"), std::runtime_error);
  EXPECT_EQ(test_support::text_of(folder / "precious"), "text");
}

TEST(MachineLock, TheFileIsForEveryUser) {
  const test_support::ScratchFolder folder;
  const auto lock = MachineLock::try_acquire(folder.path(), "x");
  struct stat status {};
  ASSERT_EQ(stat((folder / "assay.lock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0666U);
}

TEST(MachineLock, WhatTheHolderWroteIsNotTrusted) {
  const test_support::ScratchFolder folder;
  const auto lock = MachineLock::try_acquire(folder.path(), "x");
  std::ofstream(folder / "assay.lock") << "\x1b[31mroot\n" << std::string(5000, 'y');
  EXPECT_EQ(std::get<LockBusy>(MachineLock::try_acquire(folder.path(), "x")).holder, "?[31mroot");
}

TEST(MachineLock, FollowsNoLinkAndLocksNoDevice) {
  const test_support::ScratchFolder folder;
  std::ofstream(folder / "precious") << "text";
  ASSERT_EQ(symlink((folder / "precious").c_str(), (folder / "assay.lock").c_str()), 0);
  EXPECT_THROW((void)MachineLock::try_acquire(folder.path(), "x"), std::runtime_error);
  EXPECT_EQ(test_support::text_of(folder / "precious"), "text");
  ASSERT_EQ(unlink((folder / "assay.lock").c_str()), 0);
  ASSERT_EQ(mkfifo((folder / "assay.lock").c_str(), 0666), 0);
  EXPECT_THROW((void)MachineLock::try_acquire(folder.path(), "x"), std::runtime_error);
}

TEST(MachineLock, SaysWhichFolderIsNotThere) {
  try {
    (void)MachineLock::try_acquire("/nonexistent", "x");
    FAIL() << "locked";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "lock /nonexistent/assay.lock: No such file or directory");
  }
}

}  // namespace
}  // namespace assay
