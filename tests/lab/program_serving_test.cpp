#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class ProgramServing : public ::testing::Test {
 protected:
  ProgramResult assay(std::vector<std::string> arguments) { return run_assay(folder, arguments); }

  /// A run of the smallest model, long enough for some requests.
  json serve(std::vector<std::string> more) {
    std::vector<std::string> arguments{"run",           "llama:preset=verify,samples=16",
                                       "--duration",    "0ms",
                                       "--min-queries", "12",
                                       "--warmup",      "10ms",
                                       "--lengths",     "fixed:40/6",
                                       "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProgramResult result = assay(arguments);
    EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
    return json::parse(result.out);
  }

  ScratchFolder folder;
};

TEST_F(ProgramServing, FloorsArePrintedForAModelOnADevice) {
  const ProgramResult floors = assay({"explain", "--floors", "llama3-70b", "h100"});
  EXPECT_EQ(floors.exit_code, 0) << floors.err;
  EXPECT_THAT(floors.out, HasSubstr("nothing here was measured"));
  EXPECT_THAT(floors.out, HasSubstr("70,553,706,496"));
  EXPECT_THAT(floors.out, HasSubstr("36.7/13967"));
  EXPECT_THAT(assay({"explain", "--floors", "llama3-70b", "this"}).err, HasSubstr("--roofline FILE"));
  EXPECT_THAT(assay({"explain", "--floors", "llama3-70b", "tpu"}).err, HasSubstr("none of h100, h200, this"));
  EXPECT_THAT(assay({"explain", "--floors", "gpt", "h100"}).err, HasSubstr("none of llama3-70b"));
}

TEST_F(ProgramServing, ADecoderServesInAllScenarios) {
  for (const std::vector<std::string>& scenario :
       {std::vector<std::string>{"--scenario", "single"},
        {"--scenario", "multi", "--samples-per-query", "4"},
        {"--scenario", "offline", "--batching", "static", "--max-slots", "4"},
        {"--scenario", "server", "--rate", "50", "--ttft", "10s", "--tpot", "10s", "--price-per-hour", "2.5",
         "--kv-dtype", "int8"}}) {
    SCOPED_TRACE(scenario[1]);
    const json run = serve(scenario);
    const json& serving = run.at("serving");
    EXPECT_GT(serving.at("run").at("tokens"), 0.0);
    EXPECT_GT(serving.at("ceilings").at("products_flops_per_s"), 0.0);
    EXPECT_GT(serving.at("ceilings").at("read_bytes_per_s"), 0.0);
    double sum = 0.0;
    for (const auto& part : serving.at("run").at("waterfall")) {
      sum += part.get<double>();
    }
    EXPECT_NEAR(sum, 1.0, 1e-6);
    EXPECT_THAT(run.at("workload").at("check").get<std::string>(), HasSubstr("ok"));
    EXPECT_TRUE(serving.at("joules_per_token").is_null());
    EXPECT_TRUE(serving.at("not_available").contains("joules_per_token"));
    EXPECT_EQ(serving.at("dollars_per_million_tokens").is_null(), scenario[1] != "server");
    EXPECT_EQ(serving.at("within_windows_share").is_null(), scenario[1] != "server");
  }
}

TEST_F(ProgramServing, AWindowOutOfReachIsRefusedWithTheNumber) {
  const ProgramResult result = assay({"run", "llama:preset=verify,samples=16", "--scenario", "server", "--rate", "5",
                                      "--ttft", "1ns", "--duration", "1s", "--warmup", "10ms"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("--ttft"));
  EXPECT_THAT(result.err, HasSubstr("out of reach at any rate"));
}

TEST_F(ProgramServing, TheLadderSaysWhatEachLeverIsPredictedToDo) {
  const ProgramResult ladder = assay({"explain", "--ladder", "llama3-70b", "h200"});
  EXPECT_EQ(ladder.exit_code, 0) << ladder.err;
  EXPECT_THAT(ladder.out, HasSubstr("not measured"));
  EXPECT_THAT(ladder.out, HasSubstr("no: the rules forbid"));
  EXPECT_THAT(assay({"explain", "--ladder", "llama3-70b", "tpu"}).err, HasSubstr("--ladder: device"));
}

struct BadFlag {
  std::vector<std::string> arguments;
  std::string said;
};

TEST_F(ProgramServing, BadFlagsAreNamedBeforeAnythingIsMeasured) {
  const BadFlag cases[] = {{{"run", "llama:preset=huge"}, "preset=huge"},
                           {{"run", "llama:weights"}, "NAME=VALUE"},
                           {{"run", "llama", "--param", "weights=fp8"}, "weights=fp8"},
                           {{"run", "llama", "--lengths", "azure"}, "azure"},
                           {{"run", "llama", "--max-slots", "64", "--token-budget", "8"}, "--token-budget 8"},
                           {{"run", "llama", "--kv", "heap"}, "--kv: 'heap' is none of"},
                           {{"run", "llama", "--kv-tokens", "16"}, "--kv-tokens 16"},
                           {{"run", "llama", "--admission", "slo"}, "--admission slo"},
                           {{"run", "llama", "--batch", "4"}, "--max-slots"},
                           {{"run", "llama", "--price-per-hour", "free"}, "--price-per-hour"},
                           {{"run", "gemm", "--ttft", "1s"}, "--ttft: the workload generates no tokens"},
                           {{"run", "gemm", "--max-slots", "4"}, "--max-slots: only workload llama serves"},
                           {{"peak", "llama"}, "--ttft 4s"}};
  for (const BadFlag& bad : cases) {
    const ProgramResult result = assay(bad.arguments);
    EXPECT_EQ(result.exit_code, 2) << bad.said;
    EXPECT_THAT(result.err, HasSubstr(bad.said));
  }
}

}  // namespace
}  // namespace assay
