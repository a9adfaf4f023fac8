#include "lab/run_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <variant>

#include "lab/command_error.hpp"
#include "lab/engine.hpp"
#include "lab/run_request_text.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RunOptions server_options() {
  RunOptions options{.workload = "gemm"};
  options.set("scenario", "server");
  options.set("rate", "5k");
  return options;
}

TEST(RunOptions, BecomeArgumentsInTheOrderOfTheTable) {
  RunOptions options = server_options();
  options.set("coalesce", "true");
  options.parameters = {"n=64"};
  EXPECT_THAT(arguments_of(options),
              ElementsAre("gemm", "--scenario=server", "--rate=5k", "--coalesce", "--param=n=64"));
  EXPECT_THAT(engine_arguments({.run = options, .folder = "out"}),
              ElementsAre("assay", "run", "gemm", "--scenario=server", "--rate=5k", "--coalesce", "--param=n=64",
                          "--out=out", "--observer=quiet"));
}

TEST(RunOptions, BecomeACommandToPaste) {
  RunOptions options = server_options();
  options.set("arrivals", "trace:my file.csv");
  EXPECT_EQ(command_text("run", options), "assay run gemm --scenario server --rate 5k --arrivals 'trace:my file.csv'");
}

TEST(RunRequestText, ReadsAnEnvelopeThatTheEngineIsHandedOnToo) {
  RunOptions options{.workload = "gemm"};
  EXPECT_FALSE(request_from(options).envelope);
  options.set("emulate-envelope", "phone-60fps");
  const auto envelope = request_from(options).envelope;
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->name, "phone-60fps");
  EXPECT_THAT(engine_arguments({.run = options, .folder = "out"}),
              ElementsAre("assay", "run", "gemm", "--emulate-envelope=phone-60fps", "--out=out", "--observer=quiet"));
}

TEST(RunRequestText, WindowsOfTokensNeedAWorkloadThatHasSome) {
  RunOptions options = server_options();
  options.set("ttft", "500ms");
  options.set("tpot", "50ms@p90");
  try {
    (void)request_from(options);
    FAIL() << "accepted";
  } catch (const CommandError& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), HasSubstr("--ttft: the workload generates no tokens"));
  }
  options.set("ttft", "500ms@p99");
  try {
    (void)request_from(options);
    FAIL() << "accepted";
  } catch (const CommandError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'50ms@p90' asks for another percentile than the window before it, p99"));
  }
  options.set("tpot", "0ms");
  try {
    (void)request_from(options);
    FAIL() << "accepted";
  } catch (const CommandError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--tpot: \"0ms\" is a window of no length"));
  }
}

TEST(RunRequestText, AFileThatIsNoEnvelopeIsAFileError) {
  RunOptions options{.workload = "gemm"};
  options.set("emulate-envelope", "/dev/null");
  try {
    (void)request_from(options);
    FAIL() << "accepted";
  } catch (const CommandError& error) {
    EXPECT_EQ(error.code(), ExitCode::file);
    EXPECT_THAT(error.what(), HasSubstr("--emulate-envelope: /dev/null: lacks name; add a line such as name = "));
  }
}

TEST(RunRequestText, ReadsEveryFlag) {
  RunOptions options = server_options();
  for (const auto& [flag, value] : std::vector<std::pair<std::string, std::string>>{{"slo", "10ms@p99.9"},
                                                                                    {"arrivals", "gamma:0.5"},
                                                                                    {"issuing-threads", "2"},
                                                                                    {"coalesce", "true"},
                                                                                    {"max-outstanding", "500"},
                                                                                    {"selection", "same"},
                                                                                    {"same-index", "3"},
                                                                                    {"duration", "2s"},
                                                                                    {"max-duration", "3s"},
                                                                                    {"min-queries", "7"},
                                                                                    {"max-queries", "9k"},
                                                                                    {"warmup", "1ms"},
                                                                                    {"drain", "4s"},
                                                                                    {"seed", "11"},
                                                                                    {"threads", "1"},
                                                                                    {"loaded-samples", "8"}}) {
    options.set(flag, value);
  }
  options.parameters = {"n=64", "dtype=f64"};
  const RunRequest request = request_from(options);
  const TestSettings& settings = request.settings;
  EXPECT_EQ(settings.scenario, Scenario::server);
  EXPECT_EQ(settings.server_target_qps, 5000.0);
  EXPECT_EQ(settings.target_latency, std::chrono::milliseconds{10});
  EXPECT_EQ(settings.target_percentile_ppm, 999'000U);
  EXPECT_EQ(name_of(settings.arrivals), "gamma:0.5");
  EXPECT_EQ(settings.issuing_threads, 2);
  EXPECT_TRUE(settings.coalesce);
  EXPECT_EQ(settings.max_outstanding, 500U);
  EXPECT_EQ(settings.selection, SampleSelection::same);
  EXPECT_EQ(settings.same_index, 3U);
  EXPECT_EQ(settings.min_duration, std::chrono::seconds{2});
  EXPECT_EQ(settings.max_duration, std::chrono::seconds{3});
  EXPECT_EQ(settings.min_query_count, 7U);
  EXPECT_EQ(settings.max_query_count, 9000U);
  EXPECT_EQ(settings.drain_timeout, std::chrono::seconds{4});
  EXPECT_EQ(settings.performance_sample_count, 8U);
  EXPECT_EQ(request.warm_up, std::chrono::milliseconds{1});
  EXPECT_EQ(request.seed, 11U);
  EXPECT_EQ(request.worker_threads, 1);
  EXPECT_EQ(request.workload.parameters.at("dtype"), "f64");
}

TEST(RunRequestText, TheMlperfStreamHasTheOfficialSeedsUnlessTheyAreGiven) {
  RunOptions options = server_options();
  options.set("stream", "mlperf");
  EXPECT_EQ(request_from(options).settings.seeds.schedule, Seeds::mlperf_v6_1().schedule);
  options.set("seeds", "1,2,3");
  EXPECT_EQ(request_from(options).settings.seeds.sample_library, 1U);
  EXPECT_EQ(request_from(options).settings.seeds.sample_index, 2U);
  EXPECT_EQ(request_from(options).settings.seeds.schedule, 3U);
}

std::string refusal(const RunOptions& options) {
  try {
    (void)request_from(options);
  } catch (const CommandError& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "";
}

TEST(RunRequestText, SaysAllThatIsWrongAtOnceByFlag) {
  RunOptions options = server_options();
  options.set("duration", "soon");
  options.set("threads", "0");
  options.set("seeds", "1,2");
  options.parameters = {"n"};
  const std::string text = refusal(options);
  EXPECT_THAT(text, HasSubstr("--duration: "));
  EXPECT_THAT(text, HasSubstr("--threads: '0'"));
  EXPECT_THAT(text, HasSubstr("--seeds: '1,2'"));
  EXPECT_THAT(text, HasSubstr("--param 'n'"));
}

TEST(RunRequestText, SpeaksOfFlagsNotOfSettings) {
  RunOptions options = server_options();
  options.set("max-duration", "1s");
  EXPECT_EQ(refusal(options), "--max-duration: must not be shorter than --duration");
}

}  // namespace
}  // namespace assay
