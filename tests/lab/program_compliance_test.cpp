// Workloads that look faster than they are, through the program itself. A machine may be so busy that a comparison of
// times cannot be decided, or hides a cheat once; that it is found in a few attempts is what is held here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::HasSubstr;

constexpr const char* kWorkload = "lib:" ASSAY_CHEATING_WORKLOAD;

class ProgramCompliance : public ::testing::Test {
 protected:
  ProgramResult compliance(const std::string& cheat, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"compliance", kWorkload,  "--param", "cheat=" + cheat, "--duration",
                                       "100ms",      "--warmup", "0ms",     "--pairs",        "2",
                                       "--threads",  "1",        "--json",  "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_assay(folder, arguments);
  }

  /// Whether that test does not pass the cheat. Other work on the machine stretches all times and may hide it once or
  /// twice: what counts is that it does not stay hidden.
  bool finds(const std::string& cheat, const std::string& test, const std::vector<std::string>& more = {}) {
    constexpr int kTries = 4;
    for (int i = 0; i < kTries; ++i) {
      const ProgramResult result = compliance(cheat, more);
      EXPECT_FALSE(result.out.empty()) << result.err;
      if (result.out.empty() || (result.exit_code == 3 && verdict_of(json::parse(result.out), test) != "PASS")) {
        return !result.out.empty();
      }
    }
    return false;
  }

  static std::string verdict_of(const json& document, const std::string& id) {
    for (const json& test : document.at("tests")) {
      if (test.at("id") == id) {
        return test.at("verdict");
      }
    }
    return "none";
  }

  ScratchFolder folder;
};

TEST_F(ProgramCompliance, HonestAnswersPassTheCheckOfAnswers) {
  const ProgramResult result = compliance("none");
  const json document = json::parse(result.out);
  EXPECT_EQ(document.at("schema"), "assay/compliance/1") << result.err;
  EXPECT_EQ(verdict_of(document, "answers"), "PASS") << result.out;
}

TEST_F(ProgramCompliance, SkippedWorkIsInvalid) {
  const ProgramResult result = compliance("skip");
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_EQ(verdict_of(json::parse(result.out), "answers"), "INVALID") << result.out;
}

TEST_F(ProgramCompliance, DroppedPrecisionIsInvalid) {
  const ProgramResult result = compliance("precision");
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_EQ(verdict_of(json::parse(result.out), "answers"), "INVALID") << result.out;
}

TEST_F(ProgramCompliance, AnAnswerGivenAgainIsNotPassed) { EXPECT_TRUE(finds("last", "same_sample")); }

TEST_F(ProgramCompliance, ARememberedDataSetIsNotPassed) { EXPECT_TRUE(finds("memo", "first_time")); }

TEST_F(ProgramCompliance, AKnownScheduleIsNotPassed) {
  const std::string order = folder / "order.txt";
  const ProgramResult recorded =
      run_assay(folder, {"run", kWorkload, "--param", "cheat=record", "--param", "file=" + order, "--duration", "400ms",
                         "--warmup", "0ms", "--threads", "1", "--quiet"});
  ASSERT_EQ(recorded.exit_code, 0) << recorded.err;
  EXPECT_TRUE(finds("peek", "other_seeds", {"--param", "file=" + order}));
}

// What the run itself finds, without any test of its own: the answers that it keeps.
TEST_F(ProgramCompliance, AnOrdinaryRunOfSkippedWorkIsInvalid) {
  const ProgramResult result = run_assay(folder, {"run", kWorkload, "--param", "cheat=skip", "--duration", "200ms",
                                                  "--warmup", "10ms", "--threads", "1", "--json", "--quiet"});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.out, HasSubstr("output_check"));
}

TEST_F(ProgramCompliance, RefusesWhatTheTestSetsItself) {
  for (const std::vector<std::string>& bad :
       {std::vector<std::string>{"--pairs", "1"}, {"--scenario", "offline"}, {"--pairs", "many"}}) {
    const ProgramResult result = compliance("none", bad);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr(bad.front())) << result.err;
  }
}

}  // namespace
}  // namespace assay
