#include "analysis/run_distributions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "analysis/lateness.hpp"
#include "tests/analysis/recorded_tests.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kLost = kNever.count();

std::vector<std::int64_t> in_order(const LatencyDistribution& distribution) {
  return {distribution.in_time_order().begin(), distribution.in_time_order().end()};
}

TEST(RunDistributions, ResponseIsFromTheScheduleAndServiceFromTheStart) {
  TestResult result = server_test({5ns, 7ns}, 10ns);
  result.records[1] = {.scheduled_ns = 10, .issued_ns = 13, .started_ns = 15, .completed_ns = 19};
  const RunDistributions run = distributions_of(result);
  EXPECT_EQ(in_order(run.response), (std::vector<std::int64_t>{5, 9}));
  EXPECT_EQ(in_order(run.service), (std::vector<std::int64_t>{5, 4}));
  EXPECT_EQ(run.last_completion, 19ns);
  EXPECT_EQ(run.completed_queries, 2U);
  EXPECT_FALSE(run.first_token.has_value());
}

// Two queries of three samples: the slowest sample makes the query, and one lost sample loses it.
TEST(RunDistributions, MultiStreamResponseIsTheSlowestSampleOfTheQuery) {
  TestResult result = server_test({5ns, 9ns, 7ns, 4ns, 3ns, 6ns}, 0ns);
  result.settings = TestSettings::defaults_for(Scenario::multi_stream);
  result.samples_per_query = 3;
  result.query_count = 2;
  result.records[4].completed_ns = QueryRecord::kUnset;
  const RunDistributions run = distributions_of(result);
  EXPECT_EQ(in_order(run.response), (std::vector<std::int64_t>{9, kLost}));
  EXPECT_EQ(in_order(run.service), (std::vector<std::int64_t>{5, 9, 7, 4, kLost, 6}));
  EXPECT_EQ(run.completed_queries, 1U);
  EXPECT_EQ(run.completed_samples, 5U);
  EXPECT_EQ(run.lost_samples, 1U);
}

TEST(RunDistributions, OfflineResponseIsPerSample) {
  const RunDistributions run = distributions_of(offline_test({3ns, 1ns, 2ns}));
  EXPECT_EQ(in_order(run.response), (std::vector<std::int64_t>{3, 1, 2}));
  EXPECT_EQ(run.last_completion, 3ns);
}

// TTFT 4, latency 24, 6 tokens: (24 - 4) / 5 = 4 ns a token. LoadGen divides by -1 for the single token.
TEST(RunDistributions, TokenTimes) {
  TestResult result = server_test({24ns, 30ns, 50ns}, 100ns);
  result.settings.token_latencies = true;
  result.records[0].first_token_ns = 4;
  result.records[0].token_count = 6;
  result.records[1].first_token_ns = 110;
  result.records[1].token_count = 1;
  result.records[2].first_token_ns = 220;
  result.records[2].completed_ns = QueryRecord::kUnset;
  const RunDistributions run = distributions_of(result);
  ASSERT_TRUE(run.first_token && run.token_time);
  EXPECT_EQ(in_order(*run.first_token), (std::vector<std::int64_t>{4, 10, 20}));
  EXPECT_EQ(in_order(*run.token_time), (std::vector<std::int64_t>{4, kLost}));
  EXPECT_EQ(run.single_token_samples, 1U);
}

TEST(RunDistributions, OfflineNeedsNoFirstTokens) {
  TestResult result = offline_test({3ns, 1ns});
  result.settings.token_latencies = true;
  EXPECT_FALSE(distributions_of(result).first_token.has_value());
}

// A start before the issue, a completion before it, a first token after the completion: no latency is made of these.
TEST(RunDistributions, ContradictoryTimesAreLost) {
  TestResult result = server_test({5ns, 5ns, 5ns, 5ns}, 10ns);
  result.records[1].started_ns = 9;
  result.records[2].completed_ns = 19;
  result.records[3].first_token_ns = 40;
  const RunDistributions run = distributions_of(result);
  EXPECT_EQ(in_order(run.response), (std::vector<std::int64_t>{5, kLost, kLost, kLost}));
  EXPECT_EQ(run.contradictory_samples, 3U);
  EXPECT_EQ(run.completed_samples, 1U);
  EXPECT_EQ(run.lost_samples, 0U);
}

// 1000 queries, query i issued i us late: p50 500 us, p99 990 us; the 10 ms default window makes 100 us the threshold.
TEST(Lateness, PercentilesAndShare) {
  TestResult result = server_test(std::vector<Nanoseconds>(1000, 5ms), 10ms);
  for (std::int64_t i = 0; i < 1000; ++i) {
    result.records[static_cast<std::size_t>(i)].issued_ns += (i + 1) * 1000;
  }
  const LatenessRecord lateness = lateness_record(result);
  EXPECT_DOUBLE_EQ(lateness.p50_s.value(), 500e-6);
  EXPECT_DOUBLE_EQ(lateness.p90_s.value(), 900e-6);
  EXPECT_DOUBLE_EQ(lateness.p99_s.value(), 990e-6);
  EXPECT_DOUBLE_EQ(lateness.max_s.value(), 1000e-6);
  EXPECT_DOUBLE_EQ(lateness.threshold_s, 100e-6);
  EXPECT_DOUBLE_EQ(lateness.late_share, 0.9);
}

TEST(Lateness, AnEarlyIssueIsNotLateAndOtherScenariosHaveNone) {
  TestResult result = server_test({5ns}, 10ns);
  result.records[0].scheduled_ns = 2;
  EXPECT_EQ(lateness_record(result).max_s, 0.0);
  EXPECT_FALSE(lateness_record(single_stream_test({5ns})).p99_s.has_value());
  EXPECT_FALSE(lateness_record(server_test({}, 10ns)).p99_s.has_value());
}

}  // namespace
}  // namespace assay
