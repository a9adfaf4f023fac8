#include "analysis/mlperf_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/mlperf_layout.hpp"
#include "analysis/untrusted_json.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::filesystem::path kLogs = ASSAY_ANALYSIS_TEST_DATA "/mlperf";

std::string detail_log() { return read_untrusted_file(kLogs / kMlperfDetailFile); }
std::string summary_log() { return read_untrusted_file(kLogs / kMlperfSummaryFile); }

std::string line(const std::string& key, const json& value) {
  return ":::MLLOG {\"key\": \"" + key + "\", \"value\": " + value.dump() + "}\n";
}

std::map<std::string, double> times_of(const MlperfLog& log) {
  std::map<std::string, double> times;
  for (const MlperfTime& time : log.times) {
    times[time.quantity + " " + time.statistic] = time.value_s;
  }
  return times;
}

std::string refusal(std::string_view text, bool detail) {
  try {
    (void)(detail ? mlperf_detail_from_text(text, "log") : mlperf_summary_from_text(text, "log"));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(MlperfDetail, ReadsWhatTheLogReports) {
  const MlperfLog log = mlperf_detail_from_text(detail_log(), "detail");
  EXPECT_EQ(log.scenario, "Server");
  EXPECT_EQ(log.valid, false);
  EXPECT_THAT(log.invalid_reason, HasSubstr("Reduce target QPS"));
  EXPECT_EQ(log.headline_name, "completed samples per second");
  EXPECT_EQ(log.headline, 400.5);
  EXPECT_EQ(log.query_count, 24100U);
  EXPECT_EQ(log.target_rate_hz, 400.0);
  EXPECT_DOUBLE_EQ(log.target_latency_s.value(), 0.010);
  EXPECT_DOUBLE_EQ(log.min_duration_s.value(), 60.0);
  EXPECT_EQ(log.error_count, 1U);
  const auto times = times_of(log);
  EXPECT_DOUBLE_EQ(times.at("latency p99"), 0.0119);
  EXPECT_DOUBLE_EQ(times.at("latency p99.9"), 0.025);
  EXPECT_DOUBLE_EQ(times.at("latency mean"), 0.0015);
  EXPECT_EQ(log.skipped_count, 1U) << "the text that LoadGen did not escape";
  EXPECT_EQ(log.first_skipped, 12U);
}

TEST(MlperfDetail, ToleratesRanksAndKeepsTheFirstOfAKey) {
  const MlperfLog log = mlperf_detail_from_text("0: " + line("effective_scenario", "Offline") +
                                                    "[1,0]<stdout>:" + line("effective_scenario", "Server") +
                                                    "noise\r\n" + line("result_samples_per_second", 12.5),
                                                "detail");
  EXPECT_EQ(log.scenario, "Offline");
  EXPECT_EQ(log.headline, 12.5);
  EXPECT_EQ(log.valid, std::nullopt) << "the log ends before its verdict";
}

TEST(MlperfDetail, ReadsEveryScenariosHeadlineAndTimes) {
  const auto headline = [](const char* scenario, const char* key, double value) {
    return mlperf_detail_from_text(line("effective_scenario", scenario) + line(key, value), "detail").headline;
  };
  EXPECT_DOUBLE_EQ(headline("SingleStream", "early_stopping_latency_ss", 2e6).value(), 2e-3);
  EXPECT_DOUBLE_EQ(headline("MultiStream", "early_stopping_latency_ms", 3e6).value(), 3e-3);
  EXPECT_EQ(headline("MultiStream", "early_stopping_latency_ms", 0.0), std::nullopt) << "LoadGen's word for none";
  EXPECT_EQ(headline("Server", "result_completed_tokens_per_second", 99.0), 99.0);
  EXPECT_EQ(headline("Other", "result_samples_per_second", 99.0), std::nullopt);
  const auto times = times_of(mlperf_detail_from_text(
      line("result_first_token_99.00_percentile_latency_ns", 5e6) + line("result_first_token_mean_latency_ns", 4e6) +
          line("result_time_per_output_token_99.90_percentile_ns", 3e6) +
          line("result_97.00_percentile_per_query_latency_ns", 2e6) + line("result_mean_query_latency_ns", 1e6) +
          line("result_x_percentile_latency_ns", 1e6),
      "detail"));
  EXPECT_THAT(times, SizeIs(5));
  EXPECT_DOUBLE_EQ(times.at("first token p99"), 5e-3);
  EXPECT_DOUBLE_EQ(times.at("time per output token p99.9"), 3e-3);
  EXPECT_DOUBLE_EQ(times.at("latency per query p97"), 2e-3);
}

TEST(MlperfDetail, RefusesWhatIsNoSuchLog) {
  EXPECT_THAT(refusal("", true), HasSubstr("log: no line ':::MLLOG"));
  EXPECT_THAT(refusal("hello\n", true), HasSubstr("no line"));
  EXPECT_THAT(refusal(":::MLLOG {\"key\": 3, \"value\": 4}\n", true), HasSubstr("no line"));
  EXPECT_THAT(refusal(":::MLLOG " + std::string(1000, '['), true), HasSubstr("no line"));
  EXPECT_THAT(refusal(std::string(kLargestUntrustedFile + 1, 'x'), true), HasSubstr("over 16777216 bytes"));
  EXPECT_THAT(refusal("nothing : here\n", false), HasSubstr("neither 'Scenario :' nor"));
}

TEST(MlperfSummary, ReadsWhatPeopleSee) {
  const MlperfLog log = mlperf_summary_from_text(summary_log(), "summary");
  EXPECT_EQ(log.scenario, "Server");
  EXPECT_EQ(log.valid, false);
  EXPECT_EQ(log.headline, 400.5);
  EXPECT_EQ(log.target_rate_hz, 400.0);
  EXPECT_EQ(log.error_count, 1U);
  EXPECT_DOUBLE_EQ(times_of(log).at("latency p99.9"), 0.025);
  EXPECT_THAT(mlperf_disagreements(mlperf_detail_from_text(detail_log(), "detail"), log), IsEmpty());
}

TEST(MlperfSummary, TellsWhereTheTwoLogsDisagree) {
  const MlperfLog detail = mlperf_detail_from_text(detail_log(), "detail");
  MlperfLog summary = mlperf_summary_from_text(summary_log(), "summary");
  summary.valid = true;
  summary.headline = 900.0;
  EXPECT_THAT(mlperf_disagreements(detail, summary),
              ElementsAre("the detail log says INVALID, the summary VALID", HasSubstr("different results")));
}

// What the official log parser does with a line: the marker at its very beginning, JSON behind it, "key" and "value" in
// it, and two flags under "metadata".
TEST(MlperfLayout, EveryLineIsAsTheOfficialParserTakesIt) {
  std::vector<RunDocument> runs = sample_runs();
  runs.push_back(golden_run());
  runs.back().machine_identity.label = kHostileLabel + "\n:::MLLOG {\x1b";
  for (const RunDocument& run : runs) {
    const std::string text = mlperf_detail_text(run);
    std::size_t begin = 0;
    std::map<std::string, json> first;
    while (begin < text.size()) {
      const std::size_t end = text.find('\n', begin);
      ASSERT_NE(end, std::string::npos);
      const std::string one = text.substr(begin, end - begin);
      ASSERT_TRUE(one.starts_with(":::MLLOG ")) << one;
      const json message = json::parse(one.substr(8));
      EXPECT_EQ(message.at("metadata").at("is_error"), false);
      EXPECT_EQ(message.at("metadata").at("is_warning"), false);
      EXPECT_EQ(message.at("namespace"), "mlperf::logging");
      EXPECT_EQ(message.at("event_type"), "POINT_IN_TIME");
      first.try_emplace(message.at("key").get<std::string>(), message.at("value"));
      begin = end + 1;
    }
    EXPECT_EQ(first.at("result_validity"), run.valid ? "VALID" : "INVALID");
    EXPECT_EQ(first.at("effective_scenario"), mlperf_scenario(run));
    EXPECT_TRUE(first.at("effective_min_duration_ms").is_number_integer());
    EXPECT_TRUE(first.at("early_stopping_met").is_boolean());
  }
}

TEST(MlperfLayout, ReadsBackAsTheSameRun) {
  for (const RunDocument& run : sample_runs()) {
    const MlperfLog detail = mlperf_detail_from_text(mlperf_detail_text(run), "detail");
    const MlperfLog summary = mlperf_summary_from_text(mlperf_summary_text(run), "summary");
    EXPECT_EQ(detail.valid, run.valid);
    EXPECT_EQ(detail.query_count, run.query_count);
    EXPECT_EQ(detail.skipped_count, 0U);
    if (run.scenario == "single" || run.scenario == "multi") {
      ASSERT_EQ(detail.headline.has_value(), run.metric.point.has_value());
      EXPECT_NEAR(detail.headline.value(), run.metric.point.value(), 1e-9);
    } else {
      EXPECT_NEAR(detail.headline.value(), run.samples_per_s.value(), 1e-6);
    }
    EXPECT_THAT(mlperf_disagreements(detail, summary), IsEmpty()) << run.scenario;
  }
}

TEST(MlperfLayout, HasTheFoldersOfASubmissionAndSaysThatItIsNone) {
  const std::vector<LayoutFile> files = mlperf_layout(sample_runs());
  std::vector<std::string> paths;
  for (const LayoutFile& file : files) {
    paths.push_back(file.path);
    EXPECT_THAT(file.text, HasSubstr("NOT A SUBMISSION")) << file.path;
    EXPECT_THAT(file.path, Not(HasSubstr("..")));
  }
  EXPECT_THAT(paths, Contains("README.md"));
  EXPECT_THAT(paths, Contains(HasSubstr("/SingleStream/performance/run_1/mlperf_log_detail.txt")));
  EXPECT_THAT(paths, Contains(HasSubstr("/Offline/performance/run_1/mlperf_log_summary.txt")));
}

// Without the size of the set, the official checker compares nothing with a number and ends.
TEST(MlperfLayout, SaysHowManySamplesAndTheSeedsOfLoadgensOwnStream) {
  for (const LayoutFile& file : mlperf_layout(sample_runs())) {
    if (file.path.ends_with("mlperf_log_detail.txt")) {
      EXPECT_THAT(file.text, HasSubstr(R"("key": "effective_performance_sample_count", "value": 64)")) << file.path;
      const bool seeds =
          file.text.find(R"("key": "effective_schedule_rng_seed", "value": 9933818062894767841)") != std::string::npos;
      EXPECT_EQ(seeds, file.path.find("MultiStream") != std::string::npos) << file.path;
    }
  }
}

TEST(MlperfLayout, OtherParametersAreAnotherBenchmarkAndNamesDoNotLeave) {
  RunDocument run = golden_run();
  run.mode = "performance";
  run.workload = "../../etc";
  run.machine_identity.label = "/";
  RunDocument other = run;
  other.workload_parameters["width"] = "512";
  RunDocument accuracy = run;
  accuracy.mode = "accuracy";
  const std::vector<RunDocument> runs{run, run, other, accuracy};
  std::vector<std::string> paths;
  for (const LayoutFile& file : mlperf_layout(runs)) {
    paths.push_back(file.path);
  }
  EXPECT_THAT(paths,
              ElementsAre("README.md", "results/-/------etc/Server/performance/run_1/mlperf_log_detail.txt",
                          "results/-/------etc/Server/performance/run_1/mlperf_log_summary.txt",
                          "results/-/------etc/Server/performance/run_2/mlperf_log_detail.txt",
                          "results/-/------etc/Server/performance/run_2/mlperf_log_summary.txt",
                          "results/-/------etc_2/Server/performance/run_1/mlperf_log_detail.txt",
                          "results/-/------etc_2/Server/performance/run_1/mlperf_log_summary.txt", "systems/-.json"));
}

}  // namespace
}  // namespace assay
