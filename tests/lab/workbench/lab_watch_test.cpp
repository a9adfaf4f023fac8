#include "lab/workbench/lab_watch.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "lab/flow/run_turn.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

TEST(LabWatch, SeesLinesAndRunsOfOthersOnce) {
  const test_support::ScratchFolder scratch;
  const std::filesystem::path edge = scratch / "edge";
  LabWatch watch({edge, scratch / "tiny"});
  EXPECT_FALSE(watch.changed());
  std::filesystem::create_directories(edge);
  std::ofstream(edge / "ledger.ndjson") << "one line\n";
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());
  {
    const std::optional<RunTurn> turn = RunTurn::try_take(edge);
    ASSERT_TRUE(turn);
    EXPECT_TRUE(watch.changed());
    EXPECT_FALSE(watch.changed());
  }
  EXPECT_TRUE(watch.changed());
  std::filesystem::remove_all(edge);
  EXPECT_TRUE(watch.changed());
}

}  // namespace
}  // namespace assay
