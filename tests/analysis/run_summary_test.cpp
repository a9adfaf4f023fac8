#include "analysis/run_summary.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <stdexcept>

#include "analysis/window_share.hpp"
#include "tests/analysis/recorded_tests.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

RunDocument summarised(const TestResult& result) {
  RunDocument run;
  fill_results(run, result, {});
  return run;
}

// The straggler of LoadGen's defect W2: 1000 queries in 10 s, the first back only after 50 s. LoadGen divides by the
// completion of the last issued query and reports 100/s.
TEST(RunSummary, ThroughputIsToTheLastCompletion) {
  TestResult result = server_test(std::vector<Nanoseconds>(1000, 5ms), 10ms);
  result.records[0].completed_ns = 50s / 1ns;
  const RunDocument run = summarised(result);
  EXPECT_DOUBLE_EQ(run.duration_s, 50.0);
  EXPECT_DOUBLE_EQ(run.queries_per_s.value(), 20.0);
  EXPECT_DOUBLE_EQ(run.samples_per_s.value(), 20.0);
  EXPECT_DOUBLE_EQ(run.rate_target_hz.value(), 100.0);
  EXPECT_DOUBLE_EQ(run.rate_scheduled_hz.value(), 100.0) << "999 gaps in 9.99 s";
}

// n = 1000 at p90: t* = 78 (P(Bin(1000, 0.1) <= 78) = 0.0096, for 79: 0.0130). The 78th largest of 1..1000 ms is 923.
TEST(RunSummary, SingleStreamHeadlineIsTheEarlyStoppingEstimate) {
  std::vector<Nanoseconds> latencies;
  for (int i = 1; i <= 1000; ++i) {
    latencies.push_back(i * 1ms);
  }
  const RunDocument run = summarised(single_stream_test(latencies));
  EXPECT_TRUE(run.valid);
  EXPECT_EQ(run.metric_name, "p90 latency (early stopping)");
  EXPECT_EQ(run.metric_unit, "s");
  EXPECT_DOUBLE_EQ(run.metric.point.value(), 0.923);
  EXPECT_DOUBLE_EQ(run.metric.confidence, 0.99);
  EXPECT_DOUBLE_EQ(run.latency.percentiles_s.at("p90").point.value(), 0.900);
  EXPECT_DOUBLE_EQ(run.latency.percentiles_s.at("p99.9").point.value(), 0.999);
  EXPECT_EQ(run.scenario, "single");
  EXPECT_DOUBLE_EQ(run.percentile, 0.9);
}

TEST(RunSummary, SaysWhatTheStreamsBeganWithAndHowManySamplesWereLoaded) {
  TestResult result = single_stream_test(std::vector<Nanoseconds>(100, 5ms));
  result.settings.seeds = Seeds::mlperf_v6_1();
  result.loaded_set = {3, 1, 2, 3, 1};  // MultiStream repeats samples to fill its last query
  const RunDocument run = summarised(result);
  ASSERT_TRUE(run.stream_seeds.has_value());
  EXPECT_EQ(run.stream_seeds->sample_library, result.settings.seeds.sample_library);
  EXPECT_EQ(run.stream_seeds->sample_index, result.settings.seeds.sample_index);
  EXPECT_EQ(run.stream_seeds->schedule, result.settings.seeds.schedule);
  EXPECT_EQ(run.loaded_sample_count, 3U);
}

TEST(RunSummary, TooShortSingleStreamHasNoHeadline) {
  const RunDocument run = summarised(single_stream_test(std::vector<Nanoseconds>(50, 5ms)));
  EXPECT_FALSE(run.valid);
  EXPECT_FALSE(run.metric.point.has_value());
  EXPECT_EQ(run.metric.reason, "needs 14 more queries");
}

TEST(RunSummary, MultiStreamIsPerQueryAndCountsSamples) {
  TestResult result = single_stream_test(std::vector<Nanoseconds>(8 * 662, 5ms));
  result.settings.scenario = Scenario::multi_stream;
  result.settings.target_percentile_ppm = 990'000;
  result.samples_per_query = 8;
  result.query_count = 662;
  for (std::size_t i = 0; i < result.records.size(); ++i) {
    const auto issued = static_cast<std::int64_t>(i / 8) * 10'000'000;
    result.records[i] = {.scheduled_ns = issued,
                         .issued_ns = issued,
                         .completed_ns = issued + static_cast<std::int64_t>(1 + i % 8) * 1'000'000};
  }
  result.issue_duration = result.settings.min_duration = 6610ms;
  const RunDocument run = summarised(result);
  EXPECT_TRUE(run.valid);
  EXPECT_EQ(run.latency.count, 662U);
  EXPECT_EQ(run.service_time.count, 8U * 662U);
  EXPECT_DOUBLE_EQ(run.metric.point.value(), 8e-3);
  EXPECT_DOUBLE_EQ(run.queries_per_s.value(), 662 / 6.618);
  EXPECT_DOUBLE_EQ(run.samples_per_s.value(), 8 * 662 / 6.618);
}

TEST(RunSummary, ServerHeadlineNeedsTheWindow) {
  TestResult result = server_test(mostly(1000, 5ms, 11, 20ms), 10ms);
  EXPECT_EQ(summarised(result).metric_name, "completed samples per second (no window)");
  EXPECT_TRUE(summarised(result).metric.point.has_value());
  EXPECT_FALSE(summarised(result).slo_met_share.has_value());

  result.settings.target_latency = 20ms;
  const RunDocument held = summarised(result);
  EXPECT_EQ(held.metric_name, "completed samples per second within the window");
  EXPECT_DOUBLE_EQ(held.metric.point.value(), 1000 / 10.010);
  EXPECT_DOUBLE_EQ(held.slo_met_share.value().point.value(), 1.0);

  result.settings.target_latency = 10ms;
  const RunDocument broken = summarised(result);
  EXPECT_FALSE(broken.metric.point.has_value());
  EXPECT_NE(broken.metric.reason.find("above the window"), std::string::npos);
  EXPECT_DOUBLE_EQ(broken.slo_met_share.value().point.value(), 0.989);
  EXPECT_LT(broken.slo_met_share.value().lower.value(), 0.989);
  EXPECT_GT(broken.slo_met_share.value().upper.value(), 0.989);
  EXPECT_DOUBLE_EQ(broken.slo_s.value(), 0.010);
}

TEST(RunSummary, OfflineHeadlineIsSamplesPerSecond) {
  const RunDocument run = summarised(offline_test({1s, 4s, 2s, 3s}));
  EXPECT_EQ(run.metric_unit, "samples/s");
  EXPECT_DOUBLE_EQ(run.metric.point.value(), 1.0);
  EXPECT_DOUBLE_EQ(run.queries_per_s.value(), 0.25);
  EXPECT_FALSE(run.lateness.p99_s.has_value());
  EXPECT_FALSE(run.rate_target_hz.has_value());
  EXPECT_EQ(run.query_count, 1U);
  EXPECT_EQ(run.sample_count, 4U);
}

TEST(RunSummary, LostQueriesLeaveNoMeanNorMaximum) {
  TestResult result = server_test(std::vector<Nanoseconds>(1000, 5ms), 10ms);
  for (std::size_t i = 0; i < 20; ++i) {
    result.records[i * 50].completed_ns = QueryRecord::kUnset;
  }
  const RunDocument run = summarised(result);
  EXPECT_FALSE(run.latency.mean_s.has_value());
  EXPECT_FALSE(run.latency.max_s.has_value());
  EXPECT_DOUBLE_EQ(run.latency.min_s.value(), 5e-3);
  EXPECT_EQ(run.latency.lost_count, 20U);
  EXPECT_FALSE(run.latency.percentiles_s.at("p99").point.has_value());
  EXPECT_EQ(run.latency.percentiles_s.at("p99").reason, "infinite: 20 of 1,000 never completed");
  EXPECT_DOUBLE_EQ(run.latency.percentiles_s.at("p95").point.value(), 5e-3);
  EXPECT_EQ(run.errors.at("lost_queries"), 20U);
}

TEST(RunSummary, HistogramCountsEveryCompletion) {
  const RunDocument run = summarised(server_test(mostly(1000, 1us, 3, 1ms), 10ms));
  const std::vector<std::pair<std::uint32_t, std::uint64_t>> expected{{190, 997}, {509, 3}};
  EXPECT_EQ(run.latency.histogram, expected);
  EXPECT_EQ(run.latency.histogram_sub_bits, 5);
}

// One cluster of 300 slow queries in 10,000: at p99 the exceedances are neighbours, and the run says so.
TEST(RunSummary, ClusteredSlowQueriesAreWarnedOf) {
  std::vector<Nanoseconds> latencies(10'000, 5ms);
  for (std::size_t i = 0; i < 300; ++i) {
    latencies[4'000 + i] = 20ms + i * 1us;
  }
  const RunDocument clustered = summarised(server_test(latencies, 10ms));
  EXPECT_LT(clustered.latency.effective_sample_size, 1'000.0);
  ASSERT_EQ(clustered.warnings.size(), 1U);
  EXPECT_NE(clustered.warnings[0].find("clusters"), std::string::npos);
  EXPECT_FALSE(clustered.latency.percentiles_s.at("p99").upper.has_value());
  EXPECT_TRUE(summarised(server_test(std::vector<Nanoseconds>(1000, 5ms), 10ms)).warnings.empty());
}

TEST(RunSummary, InterruptedRunsAreFlaggedAndKeepTheirNumbers) {
  TestResult result = server_test(std::vector<Nanoseconds>(1000, 5ms), 10ms);
  result.end_cause = EndCause::interrupted;
  const RunDocument run = summarised(result);
  EXPECT_TRUE(run.interrupted);
  EXPECT_FALSE(run.valid);
  EXPECT_DOUBLE_EQ(run.latency.percentiles_s.at("p99").point.value(), 5e-3);
}

TEST(RunSummary, AnEmptyRunSaysNothingInsteadOfZero) {
  const RunDocument run = summarised(server_test({}, 10ms));
  EXPECT_FALSE(run.valid);
  EXPECT_FALSE(run.queries_per_s.has_value());
  EXPECT_FALSE(run.metric.point.has_value());
  EXPECT_FALSE(run.latency.percentiles_s.at("p50").point.has_value());
  EXPECT_EQ(run.latency.percentiles_s.at("p50").reason, "no observations");
}

// 2,000 independent queries, 20 over: the exact interval of 1 % is 0.6 % to 1.5 % (Clopper and Pearson).
TEST(WindowShare, IsWidenedByDependence) {
  const PercentileLimit window{.percentile = Percentile::of_percent(99), .limit = Nanoseconds{5}};
  std::vector<std::int64_t> spread(2'000, 1);
  std::vector<std::int64_t> clustered = spread;
  for (std::size_t i = 0; i < 20; ++i) {
    spread[i * 100 + i] = 9;
    clustered[i] = 9;
  }
  const WindowShare apart = window_share(LatencyDistribution(spread), window, 0.95);
  EXPECT_DOUBLE_EQ(apart.within, 0.99);
  EXPECT_DOUBLE_EQ(apart.effective_sample_size, 2'000.0);
  EXPECT_NEAR(1.0 - apart.interval.upper, 0.006120, 1e-5);
  EXPECT_NEAR(1.0 - apart.interval.lower, 0.015401, 1e-5);
  const WindowShare together = window_share(LatencyDistribution(clustered), window, 0.95);
  EXPECT_DOUBLE_EQ(together.within, 0.99);
  EXPECT_LT(together.interval.lower, 0.97);
  EXPECT_THROW(static_cast<void>(window_share(LatencyDistribution({}), window, 0.95)), std::invalid_argument);
}

// None of 2,000 was over the limit, but the slowest 30 were neighbours: 2,000 independent queries would leave no doubt
// that p99 holds, some dozens do.
TEST(WindowShare, ClustersBelowTheLimitCountToo) {
  std::vector<std::int64_t> calm(2'000, 1);
  std::iota(calm.begin() + 700, calm.begin() + 730, std::int64_t{2});
  const WindowShare share = window_share(LatencyDistribution(calm),
                                         {.percentile = Percentile::of_percent(99), .limit = Nanoseconds{99}}, 0.95);
  EXPECT_EQ(share.within, 1.0);
  EXPECT_LT(share.effective_sample_size, 368.0);
  EXPECT_LT(share.interval.lower, 0.99);
}

}  // namespace
}  // namespace assay
