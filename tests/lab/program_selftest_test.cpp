#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::Program;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::HasSubstr;

TEST(ProgramSelftest, RefusesBadRequests) {
  const ScratchFolder folder;
  for (const auto& [flag, value] : {std::pair{"--seed", "many"}, std::pair{"--json", "none/s.json"}}) {
    const ProgramResult result = run_assay(folder, {"selftest", std::string(flag) + "=" + value});
    EXPECT_EQ(result.exit_code, flag == std::string("--seed") ? 2 : 5) << result.err;
    EXPECT_THAT(result.err, HasSubstr(flag));
  }
}

// An interrupt keeps what was checked, flagged; what was not checked is not there.
TEST(ProgramSelftest, AnInterruptKeepsAFlaggedPartialResult) {
  const ScratchFolder folder;
  Program program(folder, {"selftest", "--json", "--out", "results", "--quiet"});
  ASSERT_TRUE(program.wait_for_file(folder, "assay.lock"));
  program.signal(SIGINT);
  const ProgramResult result = program.finish();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  if (!result.out.empty()) {
    EXPECT_EQ(json::parse(result.out).at("interrupted"), true);
  }
  for (const std::string& file : folder.files()) {
    EXPECT_EQ(file.find(".selftest-"), std::string::npos) << file << ": a part was left behind";
  }
}

}  // namespace
}  // namespace assay
