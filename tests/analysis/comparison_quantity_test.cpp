#include "analysis/comparison_quantity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/analysis/comparison_samples.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names_of(const RunDocument& run) {
  std::vector<std::string> names;
  for (const ComparisonQuantity& quantity : quantities_of(run)) {
    names.push_back(quantity.name);
  }
  return names;
}

TEST(ComparisonQuantities, BeginWithTheScenariosOwnMetric) {
  RunDocument run = repeat_of(1e-3, "r");
  EXPECT_THAT(names_of(run), ElementsAre("p90", "p50", "p95", "p99", "p99.9", "mean", "throughput"));
  run.scenario = "server";
  run.percentile = 0.99;
  run.rate_target_hz = 100.0;
  EXPECT_THAT(names_of(run), ElementsAre("p99", "p50", "p90", "p95", "p99.9", "mean", "throughput"));
  EXPECT_EQ(quantities_of(run).back().remark, "set by the schedule");
  run.percentile = 0.97;
  EXPECT_EQ(names_of(run).front(), "p97");
  run.percentile = 0.98;
  EXPECT_EQ(names_of(run).front(), "p99") << "no file carries another";
  run.scenario = "offline";
  EXPECT_THAT(names_of(run), ElementsAre("throughput", "service_p50", "service_p90", "service_p95", "service_p99",
                                         "service_p99.9", "service_mean"));
}

TEST(ComparisonQuantities, HaveTokensWhereTheRunHas) {
  RunDocument run = repeat_of(1e-3, "r");
  run.first_token = run.latency;
  run.token_time = run.latency;
  EXPECT_EQ(names_of(run).size(), 11U);
  EXPECT_EQ(quantity_value(run, "first_token_p99").value, 1.5e-3);
  run.first_token.reset();
  EXPECT_EQ(quantity_value(run, "first_token_p99").reason, "the run does not carry it");
}

TEST(QuantityValue, OfAPercentileHasTheWidthOfItsInterval) {
  const QuantityValue p99 = quantity_value(repeat_of(1e-3, "r"), "p99");
  EXPECT_DOUBLE_EQ(p99.value.value(), 1.5e-3);
  EXPECT_NEAR(p99.within_deviation.value(), std::log(1.05) / 1.959964, 1e-6);
  const QuantityValue mean = quantity_value(repeat_of(1e-3, "r"), "mean");
  EXPECT_DOUBLE_EQ(mean.within_deviation.value(), 0.25 / 50.0);  // 0.2 / 0.8 over the root of 2,500
}

TEST(QuantityValue, OfTooFewQueriesIsNone) {
  RunDocument run = repeat_of(1e-3, "r");
  run.latency.count = 3000;
  EXPECT_THAT(quantity_value(run, "p99.9").reason, HasSubstr("P99.9 of 3,000 queries is nearly their maximum; needs"));
  EXPECT_TRUE(quantity_value(run, "p99").value.has_value());
}

TEST(QuantityValue, ThatIsInfiniteSaysSo) {
  RunDocument run = repeat_of(1e-3, "r");
  run.latency.percentiles_s["p99"] = {.point = {}, .reason = "infinite: 90 of 5,000 never completed"};
  run.latency.mean_s.reset();
  run.latency.lost_count = 90;
  EXPECT_EQ(quantity_value(run, "p99").reason, "infinite: 90 of 5,000 never completed");
  EXPECT_EQ(quantity_value(run, "mean").reason, "infinite: queries were lost");
}

std::vector<SeriesPoint> series_of(const std::vector<std::uint64_t>& completed) {
  std::vector<SeriesPoint> series;
  for (const std::uint64_t count : completed) {
    series.push_back({.t_s = 1.0, .completed = count, .p50_s = {}, .p99_s = {}});
  }
  return series;
}

// Ten whole intervals of 90 and 110 in turn, mean 100: deviation of one batch sqrt(10 * 0.01 / 9), over the root of 10.
TEST(RateDeviation, IsThatOfTheBatchMeans) {
  const auto found = rate_deviation(series_of({90, 110, 90, 110, 90, 110, 90, 110, 90, 110, 3}));
  EXPECT_NEAR(found.value(), std::sqrt(0.1 / 9.0 / 10.0), 1e-12);
  EXPECT_FALSE(rate_deviation(series_of({1, 2, 3})).has_value());
  EXPECT_FALSE(rate_deviation(series_of(std::vector<std::uint64_t>(20, 0))).has_value());
}

// A stall that lasts: independent intervals would promise an error of 0.1; in batches it is seen for what it is.
TEST(RateDeviation, SeesThatSlowStretchesCome) {
  std::vector<std::uint64_t> clustered;
  std::vector<std::uint64_t> mixed;
  for (std::uint64_t i = 0; i < 400; ++i) {
    clustered.push_back((i / 40) % 2 == 0 ? 50 : 150);
    mixed.push_back(i % 2 == 0 ? 50 : 150);
  }
  clustered.push_back(1);
  mixed.push_back(1);
  EXPECT_GT(rate_deviation(series_of(clustered)).value(), 0.1);
  EXPECT_LT(rate_deviation(series_of(mixed)).value(), 0.01);
}

}  // namespace
}  // namespace assay
