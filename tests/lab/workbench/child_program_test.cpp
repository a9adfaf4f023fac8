#include "lab/workbench/child_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <string>
#include <vector>

// The child is this test program again: it lists its tests.

namespace assay {
namespace {

using ::testing::Contains;

TEST(ChildProgram, GivesItsLinesAndItsEnd) {
  std::vector<std::string> lines;
  std::promise<ChildEnd> ended;
  const ChildProgram child({"tests", "--gtest_list_tests", "--gtest_filter=ChildProgram.*"},
                           {.on_line = [&lines](const std::string& line) { lines.push_back(line); },
                            .on_end = [&ended](const ChildEnd& end) { ended.set_value(end); }});
  const ChildEnd end = ended.get_future().get();
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(lines, Contains("ChildProgram."));
  EXPECT_EQ(end.last_errors, "");
}

TEST(ChildProgram, CanBeInterruptedAndIsGoneWithItsObject) {
  std::promise<ChildEnd> ended;
  {
    // A test that waits for its stdin would end at once, since that is empty; this one repeats for ever.
    ChildProgram child(
        {"tests", "--gtest_filter=AlwaysGood.*", "--gtest_repeat=-1"},
        {.on_line = [](const std::string&) {}, .on_end = [&ended](const ChildEnd& end) { ended.set_value(end); }});
    child.interrupt();
    EXPECT_EQ(ended.get_future().get().exit_code, 128 + SIGINT);
  }
  std::promise<ChildEnd> second;
  {
    const ChildProgram child(
        {"tests", "--gtest_filter=AlwaysGood.*", "--gtest_repeat=-1"},
        {.on_line = [](const std::string&) {}, .on_end = [&second](const ChildEnd& end) { second.set_value(end); }});
  }
  EXPECT_EQ(second.get_future().get().exit_code, 128 + SIGINT);
}

TEST(AlwaysGood, Passes) {}

}  // namespace
}  // namespace assay
