#include "analysis/round_bootstrap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "harness/random_bits.hpp"

namespace assay {
namespace {

constexpr Percentile kMedian = Percentile::of_parts_per_million(500'000);
constexpr Percentile kRoof = Percentile::of_parts_per_million(950'000);

/// Each round is shifted as a whole, each sample a little: a measurement on a machine with neighbours.
struct Law {
  double round = 0.05;
  double sample = 0.02;
  bool slows_only = false;

  [[nodiscard]] std::vector<RoundValue> draw(RandomBits& random, std::uint32_t rounds, int samples) const {
    const auto noise = [&](double size) {
      const double normal = random.normal();
      return slows_only ? -size * std::abs(normal) : size * normal;
    };
    std::vector<RoundValue> values;
    for (std::uint32_t r = 0; r < rounds; ++r) {
      const double shift = noise(round);
      for (int i = 0; i < samples; ++i) {
        values.push_back({r, 1e9 * std::exp(shift + noise(sample))});
      }
    }
    return values;
  }
};

struct Coverage {
  double by_rounds = 0.0;
  double by_samples = 0.0;
};

/// How often the interval holds the percentile of the law: by rounds, and as if every sample were a round of its own.
Coverage coverage(const Law& law, Percentile percentile, std::uint32_t rounds) {
  constexpr int kTrials = 400;
  constexpr int kSamples = 10;
  RandomBits random(11);
  const double truth = value_at(percentile, law.draw(random, 20'000, kSamples));
  const RoundBootstrap bootstrap({.draws = 150, .seed = 5});
  const std::array percentiles{percentile};
  Coverage held;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<RoundValue> values = law.draw(random, rounds, kSamples);
    const auto holds = [&] {
      const auto draws = bootstrap.log_percentiles(values, percentiles, static_cast<std::uint64_t>(trial));
      const EstimateRecord e = bootstrap.estimate(value_at(percentile, values), draws[0], round_count(values));
      return e.lower.value() <= truth && truth <= e.upper.value() ? 1.0 / kTrials : 0.0;
    };
    held.by_rounds += holds();
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i].round = static_cast<std::uint32_t>(i);
    }
    held.by_samples += holds();
  }
  return held;
}

TEST(RoundBootstrap, CoversTheMedianWhereRoundsAreShifted) {
  for (const std::uint32_t rounds : {5U, 8U}) {
    const Coverage held = coverage({}, kMedian, rounds);
    EXPECT_GE(held.by_rounds, 0.90) << rounds;
    EXPECT_LE(held.by_samples, 0.70) << rounds;
  }
}

// Noise that only slows is what a roof is read from.
TEST(RoundBootstrap, CoversTheRoofWhereRoundsAreSlowed) {
  for (const std::uint32_t rounds : {5U, 8U}) {
    const Coverage held = coverage({.slows_only = true}, kRoof, rounds);
    EXPECT_GE(held.by_rounds, 0.90) << rounds;
    EXPECT_LE(held.by_samples, 0.75) << rounds;
  }
}

TEST(RoundBootstrap, PercentileIsTheExactRank) {
  std::vector<RoundValue> values;
  for (int i = 20; i >= 1; --i) {
    values.push_back({static_cast<std::uint32_t>(i % 5), static_cast<double>(i)});
  }
  EXPECT_EQ(value_at(kRoof, values), 19.0);    // ceil(0.95 * 20)
  EXPECT_EQ(value_at(kMedian, values), 10.0);  // ceil(0.5 * 20)
  EXPECT_EQ(round_count(values), 5U);
  EXPECT_THROW((void)value_at(kRoof, {}), std::logic_error);
}

TEST(RoundBootstrap, TooFewRoundsGiveNoInterval) {
  const RoundBootstrap bootstrap({.draws = 10});
  const std::vector<RoundValue> values{{0, 1.0}, {1, 2.0}, {2, 3.0}, {2, 4.0}};
  const std::array percentiles{kMedian};
  const auto draws = bootstrap.log_percentiles(values, percentiles, 0);
  EXPECT_TRUE(draws.at(0).empty());
  const EstimateRecord estimate = bootstrap.estimate(2.0, draws[0], round_count(values));
  EXPECT_EQ(estimate.point, 2.0);
  EXPECT_EQ(estimate.lower, std::nullopt);
  EXPECT_EQ(estimate.reason, "3 rounds of clean samples: an interval needs 2 more");
}

// Two quantities that a round slows alike: their ratio keeps none of it.
TEST(RoundBootstrap, WhatARoundSharesCancelsInARatio) {
  const RoundBootstrap bootstrap({.draws = 50, .seed = 9});
  std::vector<RoundValue> a;
  std::vector<RoundValue> b;
  for (std::uint32_t round = 0; round < 6; ++round) {
    for (int i = 0; i < 4; ++i) {
      a.push_back({round, 100.0 - round});
      b.push_back({round + 3, 7.0 * (100.0 - round)});
    }
  }
  const std::array percentiles{kMedian, kRoof};
  const auto draws_a = bootstrap.log_percentiles(a, percentiles, 1);
  const auto draws_b = bootstrap.log_percentiles(b, percentiles, 2);
  ASSERT_EQ(draws_a[1].size(), 50U);
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_NEAR(draws_b[0][i] - draws_a[0][i], std::log(7.0), 1e-12);
    EXPECT_NEAR(draws_b[1][i] - draws_a[1][i], std::log(7.0), 1e-12);
  }
  EXPECT_LT(*std::min_element(draws_a[0].begin(), draws_a[0].end()),
            *std::max_element(draws_a[0].begin(), draws_a[0].end()));
  EXPECT_EQ(bootstrap.log_percentiles(a, percentiles, 1), draws_a);
}

}  // namespace
}  // namespace assay
