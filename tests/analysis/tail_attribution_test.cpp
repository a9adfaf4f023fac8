#include "analysis/tail_attribution.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::int64_t kMicro = 1000;

/// A SingleStream test of `count` quick queries of 100 us, of which a test makes some slow.
TestResult quick_queries(std::size_t count) {
  TestResult result;
  result.settings = TestSettings::defaults_for(Scenario::server);
  result.settings.target_percentile_ppm = 900'000;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t at = static_cast<std::int64_t>(i) * 1'000 * kMicro;
    result.records.push_back({.scheduled_ns = at,
                              .issued_ns = at + 1 * kMicro,
                              .started_ns = at + 2 * kMicro,
                              .completed_ns = at + 102 * kMicro});
  }
  result.query_count = count;
  return result;
}

double excess_of(const AttributionRecord& record, const std::string& cause) {
  for (const AttributionRecord::Cause& entry : record.causes) {
    if (entry.name == cause) {
      return entry.excess_s;
    }
  }
  return -1.0;
}

std::optional<AttributionRecord> attribute(const TestResult& result, const ServiceAccounts& accounts,
                                           AttributionContext context = {}) {
  context.percentile = Percentile::of_parts_per_million(result.settings.target_percentile_ppm);
  return attribute_tail(result, distributions_of(result), accounts, context);
}

TEST(TailAttribution, GivesEachPartOfALatencyItsCause) {
  TestResult result = quick_queries(20);
  QueryRecord& slow = result.records[19];  // 3 us late, 500 us queued, 100 + 2000 us at work
  slow.issued_ns += 3 * kMicro;
  slow.started_ns = slow.issued_ns + 501 * kMicro;
  slow.completed_ns = slow.started_ns + 2100 * kMicro;
  ServiceAccounts accounts;
  accounts.slow = {{.id = 19, .service = 2100us, .waited = 1500us, .elsewhere = 300us}};
  accounts.readings = 1;
  const auto record = attribute(result, accounts);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->slow_count, 1U);
  EXPECT_EQ(record->without_account, 0U);
  EXPECT_NEAR(excess_of(*record, "generator"), 3e-6, 1e-12);
  EXPECT_NEAR(excess_of(*record, "wake-up"), 500e-6, 1e-12);  // nothing else was under way
  EXPECT_DOUBLE_EQ(excess_of(*record, "own queueing"), 0.0);
  EXPECT_NEAR(excess_of(*record, "run-queue wait"), 1500e-6, 1e-12);
  EXPECT_NEAR(excess_of(*record, "steal"), 300e-6, 1e-12);
  EXPECT_NEAR(excess_of(*record, "unattributed"), 200e-6, 1e-12);
  EXPECT_NEAR(record->excess_s, 2503e-6, 1e-12);
  EXPECT_THAT(attribution_sentence(*record), HasSubstr("60 % run-queue wait, 20 % wake-up, 12 % steal"));
}

// A query that comes while the worker is busy waits for it until it is free; what it waits after that is the wake-up.
TEST(TailAttribution, QueueingEndsWhenAWorkerIsFree) {
  TestResult result = quick_queries(20);
  result.records[10].completed_ns += 1'500 * kMicro;  // until 602 us after the arrival of number 11
  QueryRecord& behind = result.records[11];
  behind.started_ns = behind.issued_ns + 701 * kMicro;
  behind.completed_ns = behind.started_ns + 100 * kMicro;
  result.settings.target_percentile_ppm = 800'000;
  const auto record = attribute(result, {});
  ASSERT_TRUE(record);
  EXPECT_EQ(record->slow_count, 2U);
  EXPECT_NEAR(excess_of(*record, "own queueing"), 601e-6, 1e-12);
  EXPECT_NEAR(excess_of(*record, "wake-up"), 99e-6, 1e-12);
  EXPECT_NEAR(excess_of(*attribute(result, {}, {.worker_count = 2}), "own queueing"), 0.0, 1e-12);
}

TEST(TailAttribution, WithoutAnAccountTheServiceTimeStaysUnattributed) {
  TestResult result = quick_queries(20);
  result.records[5].completed_ns += 900 * kMicro;
  const auto record = attribute(result, {});
  ASSERT_TRUE(record);
  EXPECT_EQ(record->without_account, 1U);
  EXPECT_NEAR(excess_of(*record, "unattributed"), 900e-6, 1e-12);
  EXPECT_FALSE(record->waited_share);
  EXPECT_THAT(attribution_sentence(*record), HasSubstr("1 of them without the kernel's account"));
}

TEST(TailAttribution, FaultsAndMigrationsNameTheRestOfAService) {
  TestResult result = quick_queries(40);
  result.records[5].completed_ns += 400 * kMicro;
  result.records[6].completed_ns += 700 * kMicro;
  ServiceAccounts accounts;
  accounts.slow = {{.id = 5, .service = 500us, .minor_faults = 3}, {.id = 6, .service = 800us, .migrated = true}};
  const auto record = attribute(result, accounts);
  ASSERT_TRUE(record);
  EXPECT_NEAR(excess_of(*record, "page faults"), 400e-6, 1e-12);
  EXPECT_NEAR(excess_of(*record, "migration"), 700e-6, 1e-12);
}

// The kernel counts the time in which a quota holds a thread back as waiting; cpu.stat says how much of it that was.
TEST(TailAttribution, AQuotaIsTakenOutOfTheWait) {
  TestResult result = quick_queries(20);
  result.records[5].completed_ns += 50'000 * kMicro;
  ServiceAccounts accounts;
  accounts.slow = {{.id = 5, .service = 50'100us, .waited = 50ms}};
  const auto record = attribute(result, accounts, {.throttled = 40ms});
  ASSERT_TRUE(record);
  EXPECT_NEAR(excess_of(*record, "CPU quota"), 40e-3, 1e-12);
  EXPECT_NEAR(excess_of(*record, "run-queue wait"), 10e-3, 1e-12);
}

TEST(TailAttribution, TotalsAreSharesOfTheWorkersTime) {
  TestResult result = quick_queries(20);
  result.records[19].completed_ns = 20'000 * kMicro;  // the run lasts 20 ms
  ServiceAccounts accounts;
  accounts.waited = 2ms;
  accounts.involuntary_switches = 40;
  accounts.readings = 10;
  accounts.reading_cost = 2us;
  const auto record = attribute(result, accounts, {.worker_count = 2});
  ASSERT_TRUE(record);
  EXPECT_DOUBLE_EQ(record->waited_share.value_or(0), 0.05);
  EXPECT_DOUBLE_EQ(record->involuntary_switches_per_s.value_or(0), 1000.0);
  EXPECT_DOUBLE_EQ(record->accounting_share, 0.0005);
}

TEST(TailAttribution, OfflineAndEqualLatenciesHaveNone) {
  TestResult result = quick_queries(20);
  EXPECT_FALSE(attribute(result, {}));
  result.records[3].completed_ns += 900 * kMicro;
  result.settings.scenario = Scenario::offline;
  EXPECT_FALSE(attribute(result, {}));
}

// In MultiStream a query is as slow as its slowest sample.
TEST(TailAttribution, TheSlowestSampleStandsForItsQuery) {
  TestResult result = quick_queries(80);
  result.settings = TestSettings::defaults_for(Scenario::multi_stream);
  result.settings.target_percentile_ppm = 900'000;
  result.samples_per_query = 8;
  result.query_count = 10;
  for (std::size_t i = 0; i < result.records.size(); ++i) {  // all samples of a query come at once
    const std::int64_t at = static_cast<std::int64_t>(i / 8) * 1'000 * kMicro;
    result.records[i] = {.scheduled_ns = at, .issued_ns = at, .started_ns = at, .completed_ns = at + 100 * kMicro};
  }
  result.records[43].completed_ns += 600 * kMicro;
  ServiceAccounts accounts;
  accounts.slow = {{.id = 43, .service = 700us, .waited = 600us}};
  const auto record = attribute(result, accounts);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->slow_count, 1U);
  EXPECT_NEAR(excess_of(*record, "run-queue wait"), 600e-6, 1e-12);
}

}  // namespace
}  // namespace assay
