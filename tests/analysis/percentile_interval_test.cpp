#include "analysis/percentile_interval.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "analysis/latency_distribution.hpp"

namespace assay {
namespace {

constexpr Percentile kP50 = Percentile::of_parts_per_million(500'000);
constexpr Percentile kP99 = Percentile::of_parts_per_million(990'000);
constexpr Percentile kP999 = Percentile::of_parts_per_million(999'000);

PercentileRanks independent(Percentile percentile, std::uint64_t n) {
  return percentile_ranks(percentile, {.count = n, .effective = static_cast<double>(n)}, 0.95);
}

// Exact binomial ranks of the two-sided 95 % interval of the 99th percentile.
TEST(PercentileInterval, RanksOfP99) {
  const struct {
    std::uint64_t n, lower, upper;
  } rows[] = {{1'000, 983, 997}, {10'000, 9'880, 9'920}, {100'000, 98'938, 99'062}};
  for (const auto& row : rows) {
    const auto ranks = independent(kP99, row.n);
    EXPECT_EQ(ranks.lower, row.lower);
    EXPECT_EQ(ranks.upper, row.upper);
    EXPECT_EQ(ranks.reason, "");
  }
}

// The median of six observations lies between the smallest and the largest with probability 1 - 2 / 2^6 = 96.9 %; of
// five only with 93.75 %, so both ends are open.
TEST(PercentileInterval, OfTheMedianOfAHandfulOfRuns) {
  EXPECT_EQ(independent(kP50, 6).lower, 1U);
  EXPECT_EQ(independent(kP50, 6).upper, 6U);
  EXPECT_EQ(independent(kP50, 5).lower, std::nullopt);
  EXPECT_EQ(independent(kP50, 5).upper, std::nullopt);
}

TEST(PercentileInterval, UpperLimitNeedsEnoughSamples) {
  EXPECT_EQ(samples_for_upper_limit(kP99, 0.975), 368U);
  EXPECT_EQ(samples_for_upper_limit(kP999, 0.975), 3'688U);
  EXPECT_EQ(samples_for_upper_limit(kP99, 0.95), 299U);
  EXPECT_EQ(samples_for_upper_limit(kP999, 0.95), 2'995U);
  EXPECT_EQ(samples_for_upper_limit(kP99, 0.99), 459U);
  EXPECT_EQ(samples_for_upper_limit(kP999, 0.99), 4'603U);

  EXPECT_EQ(independent(kP99, 368).upper, 368U);
  EXPECT_EQ(independent(kP99, 367).upper, std::nullopt);
  EXPECT_EQ(independent(kP99, 154).reason, "needs 214 more samples for an upper limit of p99");
  EXPECT_TRUE(independent(kP99, 154).lower.has_value());
  EXPECT_EQ(independent(kP999, 3'688).upper, 3'688U);
  EXPECT_EQ(independent(kP999, 3'687).upper, std::nullopt);
  EXPECT_EQ(independent(kP99, 0).reason, "no observations");
}

// n_eff = 1000 of 10,000: the ranks 983..997 of 1000 are the fractions 0.983 and 0.997.
TEST(PercentileInterval, RanksAreMappedBackByFraction) {
  const auto ranks = percentile_ranks(kP99, {.count = 10'000, .effective = 1'000.5}, 0.95);
  EXPECT_EQ(ranks.lower, 9'830U);
  EXPECT_EQ(ranks.upper, 9'970U);
}

// tau = 75'089 / 122 = 615.5; five independent observations beyond p99 take 500 tau = 307'742 samples.
TEST(PercentileInterval, IsRefusedWhereDependenceLeavesTooFewInTheTail) {
  const auto ranks = percentile_ranks(kP99, {.count = 75'089, .effective = 122.0}, 0.95);
  EXPECT_EQ(ranks.lower, std::nullopt);
  EXPECT_EQ(ranks.upper, std::nullopt);
  EXPECT_EQ(ranks.reason,
            "75,089 dependent samples are worth 122 independent ones; needs about 232,653 more samples, or repeated "
            "runs");
}

struct Coverage {
  int covered = 0;
  int naive_covered = 0;
  int given = 0;
  int runs = 0;
};

/// 10,000 latencies a run: uniform in [100, 200) us, and with probability 2 % uniform in [1, 2) ms, so the true p99 is
/// 1.5 ms. Slow ones come in runs of `mean_run` on average.
Coverage simulate(double mean_run, int runs, std::uint64_t length) {
  constexpr double kSlowShare = 0.02;
  constexpr Nanoseconds kTruth{1'500'000};
  std::mt19937_64 random(2024);
  std::uniform_real_distribution<double> uniform;
  Coverage result{.runs = runs};
  for (int run = 0; run < runs; ++run) {
    std::vector<std::int64_t> series(length);
    bool slow = uniform(random) < kSlowShare;
    for (auto& value : series) {
      value = static_cast<std::int64_t>(slow ? 1e6 * (1.0 + uniform(random)) : 1e5 * (1.0 + uniform(random)));
      const double to_slow = kSlowShare / (1.0 - kSlowShare) / mean_run;
      slow = mean_run == 1.0 ? uniform(random) < kSlowShare
                             : (slow ? uniform(random) >= 1.0 / mean_run : uniform(random) < to_slow);
    }
    const LatencyDistribution distribution(std::move(series));
    const auto interval = distribution.interval(kP99, 0.95);
    if (interval.lower && interval.upper) {
      ++result.given;
      result.covered += *interval.lower <= kTruth && kTruth <= *interval.upper ? 1 : 0;
    }
    const auto naive = independent(kP99, length);
    const auto value_at = [&](std::uint64_t rank) { return Nanoseconds{distribution.sorted()[rank - 1]}; };
    result.naive_covered += value_at(*naive.lower) <= kTruth && kTruth <= value_at(*naive.upper) ? 1 : 0;
  }
  return result;
}

TEST(PercentileInterval, CoversTheTruthForIndependentLatencies) {
  const Coverage coverage = simulate(1.0, 400, 10'000);
  EXPECT_EQ(coverage.given, coverage.runs);
  EXPECT_GE(coverage.covered, coverage.runs * 93 / 100);
}

TEST(PercentileInterval, CoversTheTruthForBurstyLatenciesWhereTheNaiveOneFails) {
  const Coverage coverage = simulate(20.0, 300, 20'000);
  EXPECT_LT(coverage.naive_covered, coverage.runs * 45 / 100);
  EXPECT_GE(coverage.given, coverage.runs * 97 / 100);
  EXPECT_GE(coverage.covered, coverage.given * 90 / 100);
}

// Half as long, the tail is worth about five independent observations: a quarter of the runs are refused an interval,
// and fewer than one run in ten states a false one.
TEST(PercentileInterval, RefusesRatherThanMisleadsWhereBurstsLeaveLittle) {
  const Coverage coverage = simulate(20.0, 400, 10'000);
  EXPECT_LT(coverage.naive_covered, coverage.runs * 45 / 100);
  EXPECT_LT(coverage.given, coverage.runs * 80 / 100);
  EXPECT_LE(coverage.given - coverage.covered, coverage.runs * 10 / 100);
}

}  // namespace
}  // namespace assay
