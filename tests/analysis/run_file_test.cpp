#include "analysis/run_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harness/digest.hpp"
#include "tests/analysis/sample_runs.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::filesystem::path kGolden = ASSAY_ANALYSIS_TEST_DATA "/golden.run.json";

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message with which `text` is refused.
std::string refusal(const std::string& text) {
  try {
    (void)run_document_from_json(text, "some.run.json");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

/// The golden file with the value at `pointer` replaced.
std::string golden_with(const char* pointer, const json& value) {
  json document = json::parse(content_of(kGolden));
  document[json::json_pointer(pointer)] = value;
  return document.dump();
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = std::filesystem::path(::testing::TempDir()) /
            ("run_file_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::ptrdiff_t entry_count() const {
    return std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator{});
  }

 private:
  std::filesystem::path path_;
};

TEST(RunFile, IsByteForByteTheGoldenFile) { EXPECT_EQ(to_json(golden_run()), content_of(kGolden)); }

TEST(RunFile, RoundTripsTheGoldenFile) {
  const RunDocument run = run_document_from_json(content_of(kGolden), "golden.run.json");
  EXPECT_TRUE(run.hash_matches);
  EXPECT_EQ(to_json(run), content_of(kGolden));
  // Spot checks against the values in sample_runs.cpp, so that writer and reader cannot err alike.
  EXPECT_EQ(run.workload_parameters.at("width"), "1024");
  EXPECT_EQ(run.clock.wake_error_p90, Nanoseconds{81'000});
  EXPECT_DOUBLE_EQ(run.clock.cost_ns, 23.4);
  EXPECT_EQ(run.latency.percentiles_s.at("p50").confidence, 0.9375);
  EXPECT_EQ(run.latency.mean_s, std::nullopt);
  EXPECT_EQ(run.machine.data_caches.at(2).size.count, 110100480U);
  EXPECT_EQ(run.conditions.findings.at(2).state, CheckState::not_visible);
  EXPECT_EQ(run.invalid_reasons.at(0).remedy, "assay peak mlp --slo 10ms");
  EXPECT_EQ(run.warm_up_s, 2.0);
  EXPECT_EQ(run.slo_met_share.value().lower, 0.9781);
  EXPECT_EQ(run.steal_share, 0.0021);
  EXPECT_EQ(run.clock_disagreement_s, 1.5e-6);
  EXPECT_EQ(run.foreign_cpu_share, std::nullopt);
  EXPECT_EQ(run.not_available.at("quality.foreign_cpu_share"), "/proc/stat cannot be read here");
  ASSERT_EQ(run.latency.histogram.size(), 5U);
  EXPECT_EQ(run.latency.histogram.front().first, 509U);  // 1e6 ns: e = 14, 1e6 >> 14 = 61, 14 * 32 + 61
}

TEST(RunFile, RoundTripsEverySample) {
  for (const RunDocument& run : sample_runs()) {
    const std::string text = to_json(run);
    EXPECT_EQ(to_json(run_document_from_json(text, "sample")), text);
  }
}

TEST(RunFile, NeverWritesNotANumber) {
  RunDocument run = golden_run();
  run.queries_per_s = std::numeric_limits<double>::infinity();
  run.metric.point = std::numeric_limits<double>::quiet_NaN();
  const json document = json::parse(to_json(run));
  EXPECT_TRUE(document["result"]["queries_per_s"].is_null());
  EXPECT_TRUE(document["result"]["metric"]["point"].is_null());
  EXPECT_EQ(document["quality"]["not_available"]["result.queries_per_s"], "no query completed");
  EXPECT_EQ(document["quality"]["not_available"]["result.latency.mean_s"], "1 of 6 queries never completed: infinite");
}

TEST(RunFile, AReadingThatIsAbsentSaysWhy) {
  RunDocument run = golden_run();
  run.steal_share.reset();
  run.slo_met_share.reset();
  const json reasons = json::parse(to_json(run))["quality"]["not_available"];
  EXPECT_EQ(reasons["quality.foreign_cpu_share"], "/proc/stat cannot be read here");
  EXPECT_EQ(reasons["quality.steal_share"], "this run did not read it");
  EXPECT_EQ(reasons["result.slo_met_share"], "no query completed");
  EXPECT_FALSE(reasons.contains("quality.clock_disagreement_s"));
}

TEST(RunFile, ParametersThatAreNumbersAreWrittenAsNumbers) {
  RunDocument run = golden_run();
  run.workload_parameters = {{"n", "256"}, {"sd_s", "0.005"}, {"law", "lognormal"}, {"odd", "1e3"}, {"flag", "true"}};
  const json parameters = json::parse(to_json(run))["workload"]["params"];
  EXPECT_EQ(parameters["n"], 256);
  EXPECT_EQ(parameters["sd_s"], 0.005);
  EXPECT_EQ(parameters["law"], "lognormal");
  EXPECT_EQ(parameters["odd"], "1e3");  // would read back as "1000.0"
  EXPECT_EQ(parameters["flag"], "true");
  EXPECT_EQ(run_document_from_json(to_json(run), "x").workload_parameters, run.workload_parameters);
}

TEST(RunFile, HashIsSha256OfTheSortedCompactRest) {
  const json document = json::parse(R"({"hash": "x", "b": [1, 2.5], "a": {"d": null, "c": "µ"}})");
  EXPECT_EQ(canonical_json(document.dump()), R"({"a":{"c":"µ","d":null},"b":[1,2.5]})");
  json golden = json::parse(content_of(kGolden));
  const std::string stored = golden["hash"];
  golden.erase("hash");
  EXPECT_EQ(stored, "sha256:" + sha256_hex(golden.dump()));
}

TEST(RunFile, AnEditedFileIsReadAndReported) {
  const RunDocument edited = run_document_from_json(golden_with("/result/valid", true), "edited");
  EXPECT_TRUE(edited.valid);
  EXPECT_FALSE(edited.hash_matches);
  json without_hash = json::parse(content_of(kGolden));
  without_hash.erase("hash");
  EXPECT_FALSE(run_document_from_json(without_hash.dump(), "unhashed").hash_matches);
}

TEST(RunFile, AcceptsUnknownMembers) {
  const RunDocument run = run_document_from_json(golden_with("/result/latency/joules", 3), "newer");
  EXPECT_EQ(run.query_count, 6U);
}

TEST(RunFile, RefusesWithOneLineThatNamesFilePathAndExpectation) {
  EXPECT_EQ(refusal(golden_with("/result/latency/p99/point_s", "7 ms")),
            "some.run.json: result.latency.p99.point_s: expected a number or null, found a string");
  EXPECT_EQ(refusal(golden_with("/result/latency/hist/counts/1/1", -4)),
            "some.run.json: result.latency.hist.counts[1][1]: expected an integer from 0, found -4");
  EXPECT_EQ(
      refusal(golden_with("/schema", "assay/run/2")),
      "some.run.json: schema: expected \"assay/run/1\" (this program reads only that major version), found a string");
  EXPECT_EQ(refusal("{}"), "some.run.json: schema: expected a string, found nothing");
  EXPECT_EQ(refusal("[]"), "some.run.json: the file: expected an object, found an array");
  EXPECT_EQ(refusal(golden_with("/scenario/kind", "batch")),
            "some.run.json: scenario.kind: expected \"single\", \"multi\", \"server\" or \"offline\", found a string");
  EXPECT_EQ(refusal(golden_with("/scenario/percentile", 99)),
            "some.run.json: scenario.percentile: expected a share above 0, at most 1, found 99");
}

TEST(RunFile, RefusesHistogramsThatNoWriterMakes) {
  const auto bins = [](const json& counts) { return refusal(golden_with("/result/latency/hist/counts", counts)); };
  EXPECT_THAT(bins({{7, 1}, {7, 1}}),
              HasSubstr("counts[1][0]: expected a bin index below 1888 and above the one before"));
  EXPECT_THAT(bins({{1888, 1}}), HasSubstr("counts[0][0]: expected a bin index below 1888"));
  EXPECT_THAT(bins({{1, 2, 3}}), HasSubstr("counts[0]: expected a pair"));
  EXPECT_THAT(refusal(golden_with("/result/latency/hist/sub_bits", 63)),
              HasSubstr("hist.sub_bits: expected 5, found 63"));
}

TEST(RunFile, RefusesWhatIsNotJson) {
  const std::string golden = content_of(kGolden);
  EXPECT_THAT(refusal(golden.substr(0, golden.size() / 2)),
              AllOf(HasSubstr("some.run.json: not valid JSON: parse error at line"), Not(HasSubstr("\n"))));
  EXPECT_THAT(refusal(R"({"x": NaN})"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(""), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(R"({"x": 1e999})"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("{\"x\": \"\xff\"}"), HasSubstr("not valid JSON"));
}

TEST(RunFile, RefusesDepthAndSizeBeforeTheyCost) {
  EXPECT_EQ(refusal(std::string(100'000, '[')), "some.run.json: nested deeper than 32 levels");
  EXPECT_EQ(refusal(std::string((16U << 20) + 1, ' ')),
            "some.run.json: 16777217 bytes; a run file has at most 16777216");
}

TEST(RunFile, ControlCharactersOfAKeyDoNotReachTheMessage) {
  json document = json::parse(content_of(kGolden));
  document["result"]["errors"]["\x1b[31mred\n"] = "many";
  EXPECT_EQ(refusal(document.dump()),
            "some.run.json: result.errors.?[31mred?: expected an integer from 0, found a string");
}

TEST(RunFile, IsWrittenWholeAndLeavesNothingElse) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "a.run.json";
  write_run_file(path, golden_run());
  EXPECT_EQ(content_of(path), content_of(kGolden));
  EXPECT_EQ(folder.entry_count(), 1);
  EXPECT_EQ(to_json(read_run_file(path)), content_of(kGolden));
}

TEST(RunFile, AFailedWriteNamesPathAndCauseAndLeavesNothing) {
  const TemporaryFolder folder;
  // A folder of that name cannot be replaced by a file: the rename fails after the temporary file was written.
  const auto path = folder.path() / "taken.run.json";
  std::filesystem::create_directories(path / "inside");
  EXPECT_THAT([&] { write_run_file(path, golden_run()); },
              ::testing::ThrowsMessage<std::runtime_error>(AllOf(HasSubstr(path.string()), HasSubstr("directory"))));
  EXPECT_EQ(folder.entry_count(), 1);
  EXPECT_THAT([&] { write_run_file(folder.path() / "absent" / "a.run.json", golden_run()); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("No such file or directory")));
  EXPECT_THAT([&] { (void)read_run_file(folder.path() / "none.run.json"); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("none.run.json: No such file or directory")));
}

TEST(RunId, IsAUlid) {
  // The specification's own example (github.com/ulid/javascript, README): 1469918176385 ms is 01ARYZ6S41.
  EXPECT_EQ(new_run_id(1469918176385, {.high = 0, .low = 0}), "01ARYZ6S410000000000000000");
  EXPECT_EQ(new_run_id(1469918176385, {.high = 0xffff, .low = ~std::uint64_t{0}}), "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
  EXPECT_EQ(new_run_id(0, {.high = 0, .low = 1}), "00000000000000000000000001");
  EXPECT_EQ(new_run_id((std::int64_t{1} << 48) - 1, {.high = 0, .low = 0}), "7ZZZZZZZZZ0000000000000000");
  EXPECT_THROW((void)new_run_id(-1, {}), std::invalid_argument);
  EXPECT_THROW((void)new_run_id(std::int64_t{1} << 48, {}), std::invalid_argument);
}

TEST(RunId, TimestampIsIso8601) {
  EXPECT_EQ(utc_timestamp(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc_timestamp(1709210096), "2024-02-29T12:34:56Z");
}

TEST(RunFile, NameHoldsMinuteWorkloadScenarioAndId) {
  RunDocument run = golden_run();
  run.id = "01JDEXAMPLE0000000000007F3A";
  EXPECT_EQ(run_file_name(run), "2026-11-24T0312Z_mlp_server_emulated-phone_7f3a.run.json");
  run.emulated.reset();
  run.workload = "../../etc/x y";
  EXPECT_EQ(run_file_name(run), "2026-11-24T0312Z_------etc-x-y_server_7f3a.run.json");
}

TEST(ComparabilityKey, IgnoresSeedPlaceAndOutcome) {
  RunDocument other = golden_run();
  other.seed = 7;
  other.rate_scheduled_hz = 399.0;
  other.machine = {};
  other.machine_identity = {};
  other.valid = true;
  other.latency = {};
  other.created = "2027-01-01T00:00:00Z";
  other.min_duration_s = 12.0;  // of the same class as 10 s
  EXPECT_EQ(comparability_key(other), comparability_key(golden_run()));
}

TEST(ComparabilityKey, ChangesWithWhatWasAsked) {
  const std::string key = comparability_key(golden_run());
  const auto key_with = [](auto&& change) {
    RunDocument run = golden_run();
    change(run);
    return comparability_key(run);
  };
  EXPECT_NE(key, key_with([](RunDocument& run) { run.workload = "gemm"; }));
  EXPECT_NE(key, key_with([](RunDocument& run) { run.workload_version = 3; }));
  EXPECT_NE(key, key_with([](RunDocument& run) { run.workload_parameters["width"] = "2048"; }));
  EXPECT_NE(key, key_with([](RunDocument& run) { run.scenario = "offline"; }));
  EXPECT_NE(key, key_with([](RunDocument& run) { run.rate_target_hz = 500.0; }));
  EXPECT_NE(key, key_with([](RunDocument& run) { run.slo_s = 0.02; }));
  EXPECT_NE(key, key_with([](RunDocument& run) { run.min_duration_s = 600.0; }));
  EXPECT_NE(key, key_with([](RunDocument& run) { run.placement.pinned = true; }));
  EXPECT_NE(key, key_with([](RunDocument& run) { run.execution->worker_scheduling = "SCHED_OTHER"; }));
  const auto plain = [&](std::optional<ExecutionRecord> execution) {
    return key_with([&](RunDocument& run) {
      run.placement.pinned = true;
      run.execution = execution;
    });
  };
  EXPECT_EQ(plain(std::nullopt), plain(ExecutionRecord{.issuing_scheduling = "SCHED_FIFO 50"}))
      << "a file of before it is that of a plain run";
}

}  // namespace
}  // namespace assay
