#include "analysis/binomial_interval.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "analysis/binomial_distribution.hpp"

namespace assay {
namespace {

TEST(BinomialDistribution, CdfEqualsTheSumOfItsTerms) {
  // Bin(4, 0.3): 0.2401, 0.4116, 0.2646, 0.0756, 0.0081
  const BinomialDistribution four{.trials = 4, .success = 0.3};
  EXPECT_NEAR(four.cdf(0), 0.2401, 1e-15);
  EXPECT_NEAR(four.cdf(1), 0.6517, 1e-15);
  EXPECT_NEAR(four.cdf(2), 0.9163, 1e-15);
  EXPECT_NEAR(four.cdf(3), 0.9919, 1e-15);
  EXPECT_EQ(four.cdf(4), 1.0);
  EXPECT_EQ((BinomialDistribution{.trials = 4, .success = 0.0}.cdf(0)), 1.0);
  EXPECT_EQ((BinomialDistribution{.trials = 4, .success = 1.0}.cdf(3)), 0.0);
}

TEST(BinomialDistribution, CdfIsAccurateForTenToTheEightTrials) {
  // P(X = 0) = (1 - p)^n has a closed form at any size.
  const BinomialDistribution rare{.trials = 100'000'000, .success = 1e-8};
  EXPECT_NEAR(rare.cdf(0), std::exp(100'000'000.0 * std::log1p(-1e-8)), 1e-14);
  // Poisson limit e^-1 (1 + 1 + 1/2), within the Barbour-Eagleson bound p = 1e-8.
  EXPECT_NEAR(rare.cdf(2), 2.5 * std::exp(-1.0), 1e-8);
}

// With no success the exact upper bound is 1 - (alpha/2)^(1/n); with none of the trials failing it is mirrored.
TEST(BinomialInterval, ClopperPearsonAtTheEndsHasAClosedForm) {
  const auto none = clopper_pearson({.successes = 0, .trials = 1000}, 0.95);
  EXPECT_EQ(none.lower, 0.0);
  EXPECT_NEAR(none.upper, 1.0 - std::pow(0.025, 1.0 / 1000.0), 1e-12);
  const auto all = clopper_pearson({.successes = 1000, .trials = 1000}, 0.95);
  EXPECT_NEAR(all.lower, std::pow(0.025, 1.0 / 1000.0), 1e-12);
  EXPECT_EQ(all.upper, 1.0);
}

// Each end is where the binomial tail beyond the observation is alpha/2, by definition.
TEST(BinomialInterval, ClopperPearsonLeavesHalfAlphaInEachTail) {
  const auto interval = clopper_pearson({.successes = 13, .trials = 200}, 0.99);
  EXPECT_NEAR((BinomialDistribution{.trials = 200, .success = interval.upper}.cdf(13)), 0.005, 1e-10);
  EXPECT_NEAR(1.0 - (BinomialDistribution{.trials = 200, .success = interval.lower}.cdf(12)), 0.005, 1e-10);
}

TEST(BinomialInterval, NothingIsKnownWithoutTrials) {
  EXPECT_EQ(clopper_pearson({}, 0.95).lower, 0.0);
  EXPECT_EQ(clopper_pearson({}, 0.95).upper, 1.0);
}

TEST(BinomialInterval, RejectsNonsense) {
  EXPECT_THROW(static_cast<void>(clopper_pearson({.successes = 2, .trials = 1}, 0.95)), std::invalid_argument);
}

}  // namespace
}  // namespace assay
