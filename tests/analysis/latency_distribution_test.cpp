#include "analysis/latency_distribution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>

namespace assay {
namespace {

constexpr Percentile kP50 = Percentile::of_parts_per_million(500'000);
constexpr Percentile kP99 = Percentile::of_parts_per_million(990'000);
constexpr std::int64_t kLost = kNever.count();

std::vector<std::int64_t> one_to(std::int64_t n) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), std::int64_t{1});
  std::shuffle(values.begin(), values.end(), std::mt19937_64(5));
  return values;
}

TEST(LatencyDistribution, PercentilesOfOneToAThousand) {
  const LatencyDistribution distribution(one_to(1000));
  EXPECT_EQ(distribution.at(kP50), Nanoseconds{500});
  EXPECT_EQ(distribution.at(kP99), Nanoseconds{990});
  EXPECT_EQ(distribution.at(Percentile::of_percent(99.9)), Nanoseconds{999});
  EXPECT_EQ(distribution.loadgen_at(kP50), Nanoseconds{501});
  EXPECT_EQ(distribution.loadgen_at(kP99), Nanoseconds{991});
  EXPECT_EQ(distribution.min(), Nanoseconds{1});
  EXPECT_EQ(distribution.max(), Nanoseconds{1000});
  EXPECT_EQ(distribution.largest(1), Nanoseconds{1000});
  EXPECT_EQ(distribution.largest(11), Nanoseconds{990});
  EXPECT_EQ(distribution.count_over(Nanoseconds{990}), 10U);
  EXPECT_EQ(distribution.count_over(Nanoseconds{0}), 1000U);
}

// 1..n has mean (n + 1) / 2 and variance n (n + 1) / 12 with n - 1 in the denominator.
TEST(LatencyDistribution, MomentsOfOneToAThousand) {
  const auto moments = LatencyDistribution(one_to(1000)).moments();
  ASSERT_TRUE(moments.has_value());
  EXPECT_DOUBLE_EQ(moments->mean_ns, 500.5);
  EXPECT_DOUBLE_EQ(moments->standard_deviation_ns, std::sqrt(1000.0 * 1001.0 / 12.0));
}

// E[x^2] - E[x]^2 would return 0 or worse here: x^2 = 10^32 has no digit left for a variance of 1.
TEST(LatencyDistribution, VarianceSurvivesALargeOffset) {
  constexpr std::int64_t kOffset = 10'000'000'000'000'000;
  const auto moments = LatencyDistribution({kOffset + 1, kOffset + 2, kOffset + 3}).moments();
  ASSERT_TRUE(moments.has_value());
  EXPECT_DOUBLE_EQ(moments->standard_deviation_ns, 1.0);
}

TEST(LatencyDistribution, LostQueriesAreInfinite) {
  const LatencyDistribution distribution({5, kLost, 3, 4, kLost});
  EXPECT_EQ(distribution.lost_count(), 2U);
  EXPECT_EQ(distribution.count(), 5U);
  EXPECT_EQ(distribution.at(kP50), Nanoseconds{5});
  EXPECT_EQ(distribution.at(kP99), kNever);
  EXPECT_EQ(distribution.min(), Nanoseconds{3});
  EXPECT_EQ(distribution.max(), kNever);
  EXPECT_FALSE(distribution.moments().has_value());
  EXPECT_EQ(distribution.count_over(Nanoseconds{4}), 3U);
  EXPECT_EQ(distribution.histogram().count(), 3U);
}

TEST(LatencyDistribution, EmptyHasNoValues) {
  const LatencyDistribution distribution({});
  EXPECT_FALSE(distribution.min().has_value());
  EXPECT_FALSE(distribution.max().has_value());
  EXPECT_FALSE(distribution.moments().has_value());
  EXPECT_THROW(static_cast<void>(distribution.at(kP50)), std::logic_error);
  EXPECT_THROW(static_cast<void>(distribution.largest(1)), std::out_of_range);
  EXPECT_EQ(distribution.interval(kP50, 0.95).reason, "no observations");
}

TEST(LatencyDistribution, RejectsANegativeLatency) {
  EXPECT_THROW(LatencyDistribution({1, -1}), std::invalid_argument);
}

TEST(LatencyDistribution, KeepsTimeOrderBesideTheSortedCopy) {
  const std::vector<std::int64_t> series{3, 1, 2};
  const LatencyDistribution distribution(series);
  EXPECT_TRUE(std::ranges::equal(distribution.in_time_order(), series));
  EXPECT_TRUE(std::ranges::equal(distribution.sorted(), std::vector<std::int64_t>{1, 2, 3}));
}

// The vectorised sort against the standard one on the shapes that break quicksorts.
TEST(LatencyDistribution, SortsEveryShape) {
  std::mt19937_64 random(3);
  for (const std::size_t n : {1U, 2U, 17U, 255U, 4'096U, 100'003U}) {
    for (const std::uint64_t distinct : {1ULL, 2ULL, 1'000ULL, 1ULL << 62U}) {
      std::vector<std::int64_t> values(n);
      for (auto& value : values) {
        value = random() % 50 == 0 ? kLost : static_cast<std::int64_t>(random() % distinct);
      }
      std::vector<std::int64_t> expected = values;
      std::sort(expected.begin(), expected.end());
      ASSERT_TRUE(std::ranges::equal(LatencyDistribution(values).sorted(), expected)) << n << " of " << distinct;
      ASSERT_TRUE(std::ranges::equal(LatencyDistribution(expected).sorted(), expected)) << n << " of " << distinct;
    }
  }
}

// Independent values: ranks 983 and 997 of 1000.
TEST(LatencyDistribution, IntervalOfP99) {
  const auto interval = LatencyDistribution(one_to(1000)).interval(kP99, 0.95);
  EXPECT_EQ(interval.effective_sample_size, 1000.0);
  EXPECT_EQ(interval.lower, Nanoseconds{983});
  EXPECT_EQ(interval.upper, Nanoseconds{997});
  EXPECT_EQ(interval.reason, "");
}

TEST(LatencyDistribution, IntervalThatReachesLostQueriesHasNoUpperLimit) {
  auto values = one_to(1000);
  std::ranges::replace_if(
      values, [](std::int64_t value) { return value > 994; }, kLost);
  const auto interval = LatencyDistribution(values).interval(kP99, 0.95);
  EXPECT_EQ(interval.lower, Nanoseconds{983});
  EXPECT_EQ(interval.upper, std::nullopt);
  EXPECT_EQ(interval.reason, "the upper limit is infinite: 6 never completed");
}

}  // namespace
}  // namespace assay
