#include "analysis/effective_sample_size.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace assay {
namespace {

// n = 20, two neighbours above: share 0.1, variance 0.09. Lag 1: one pair, 19 * 0.01 expected, rho = 0.81 / (20 * 0.09)
// = 0.45; lag 2 (the largest, n / 10): no pair, rho < 0. So tau = 1.9.
TEST(EffectiveSampleSize, ByHand) {
  std::vector<std::int64_t> series(20, 1);
  series[4] = series[5] = 9;
  EXPECT_NEAR(effective_sample_size(series, 5), 20.0 / 1.9, 1e-12);
}

// The autocorrelation of an indicator is that of its complement.
TEST(EffectiveSampleSize, IsTheSameForTheComplement) {
  std::vector<std::int64_t> series(20, 9);
  series[4] = series[5] = 1;
  EXPECT_NEAR(effective_sample_size(series, 5), 20.0 / 1.9, 1e-12);
}

TEST(EffectiveSampleSize, IsNWhereNothingVaries) {
  const std::vector<std::int64_t> constant(500, 7);
  EXPECT_EQ(effective_sample_size(constant, 7), 500.0);
  EXPECT_EQ(effective_sample_size(constant, 6), 500.0);
  EXPECT_EQ(effective_sample_size({}, 6), 0.0);
}

TEST(EffectiveSampleSize, IsNearlyNForIndependentValues) {
  std::mt19937_64 random(11);
  std::vector<std::int64_t> series(100'000);
  for (auto& value : series) {
    value = static_cast<std::int64_t>(random() % 1000);
  }
  EXPECT_EQ(effective_sample_size(series, 989), 100'000.0);
}

// Each independent value repeated L times: rho(k) = 1 - k / L, so tau = 1 + 2 (L - 1) / 2 = L exactly.
TEST(EffectiveSampleSize, OfRepeatedValuesIsTheNumberOfDistinctDraws) {
  std::mt19937_64 random(12);
  std::vector<std::int64_t> series;
  for (int draw = 0; draw < 20'000; ++draw) {
    series.insert(series.end(), 20, static_cast<std::int64_t>(random() % 1000));
  }
  EXPECT_NEAR(effective_sample_size(series, 949), 20'000.0, 1'000.0);
  EXPECT_NEAR(effective_sample_size(series, 499), 20'000.0, 1'000.0);
}

// A two-state chain that leaves a state with a + b = 0.1 in all has rho(k) = 0.9^k and tau = 1.9 / 0.1 = 19; ending at
// rho < 0.02 drops 2 * 0.9^38 / 0.1 = 0.36 of it.
TEST(EffectiveSampleSize, OfATwoStateChain) {
  std::mt19937_64 random(13);
  std::uniform_real_distribution<double> uniform;
  std::vector<std::int64_t> series;
  bool slow = false;
  for (int i = 0; i < 1'000'000; ++i) {
    slow = slow ? uniform(random) >= 0.08 : uniform(random) < 0.02;
    series.push_back(slow ? 2 : 1);
  }
  EXPECT_NEAR(1e6 / effective_sample_size(series, 1), 18.6, 1.5);
}

}  // namespace
}  // namespace assay
