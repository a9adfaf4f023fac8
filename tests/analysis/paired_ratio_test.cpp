#include "analysis/paired_ratio.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace assay {
namespace {

std::vector<ValuePair> pairs_of_logs(const std::vector<double>& logs) {
  std::vector<ValuePair> pairs;
  for (const double log : logs) {
    pairs.push_back({.a = 2.0, .b = 2.0 * std::exp(log)});
  }
  return pairs;
}

// Logarithms 0.1, 0.2, 0.3: mean 0.2, deviation 0.1, t(2, 0.975) = 4.302653, half = t 0.1 / sqrt 3 = 0.248414. With a
// fourth pair t(3, 0.975) = 3.182446 and the half is 0.159122, below 0.2 - ln 1.03 = 0.170441.
TEST(PairedRatio, IsStudentsIntervalOfTheLogarithms) {
  const PairedRatio found = paired_ratio(pairs_of_logs({0.1, 0.2, 0.3}));
  EXPECT_EQ(found.pairs, 3U);
  EXPECT_NEAR(found.ratio, std::exp(0.2), 1e-12);
  EXPECT_NEAR(std::log(found.lower.value_or(0)), 0.2 - 0.248414, 1e-6);
  EXPECT_NEAR(std::log(found.upper.value_or(0)), 0.2 + 0.248414, 1e-6);
  EXPECT_FALSE(found.shown());
  EXPECT_EQ(found.more_pairs, 1U);
}

TEST(PairedRatio, ADifferenceIsShownWhereTheIntervalExcludesOne) {
  const PairedRatio higher = paired_ratio(pairs_of_logs({0.9, 1.0, 1.1}));
  EXPECT_TRUE(higher.shown());
  EXPECT_FALSE(higher.more_pairs);
  EXPECT_TRUE(paired_ratio(pairs_of_logs({-0.9, -1.0, -1.1})).shown());
  EXPECT_FALSE(paired_ratio(pairs_of_logs({-1.0, 1.0})).shown());
}

// Mean 0.17, deviation 0.1: four pairs (half 0.159122) would exclude 1, but 0.17 - ln 1.03 = 0.140441 needs five:
// t(4, 0.975) = 2.776445, half 0.124166.
TEST(PairedRatio, MorePairsAreCountedUntilTheDifferenceIsRelevant) {
  EXPECT_EQ(paired_ratio(pairs_of_logs({0.07, 0.17, 0.27})).more_pairs, 2U);
  EXPECT_EQ(paired_ratio(pairs_of_logs({-0.07, -0.17, -0.27})).more_pairs, 2U);
  EXPECT_FALSE(paired_ratio(pairs_of_logs({0.01, 0.02, 0.03})).more_pairs) << "2 % is never more than 3 %";
}

// Mean 0.05, deviation 0.01, half 0.024841: the interval begins at 0.025159, below ln 1.03 = 0.029559. With a fourth
// pair the half is 0.015912, below 0.05 - 0.029559.
TEST(PairedRatio, ADifferenceMayBeShownAndNotRelevant) {
  const PairedRatio found = paired_ratio(pairs_of_logs({0.04, 0.05, 0.06}));
  EXPECT_TRUE(found.shown());
  EXPECT_FALSE(found.relevant());
  EXPECT_FALSE(found.negligible());
  EXPECT_EQ(found.more_pairs, 1U);
  EXPECT_TRUE(paired_ratio(pairs_of_logs({0.9, 1.0, 1.1})).relevant());
  EXPECT_TRUE(paired_ratio(pairs_of_logs({-0.9, -1.0, -1.1})).relevant());
  EXPECT_TRUE(paired_ratio(pairs_of_logs({0.001, 0.002})).negligible());
  EXPECT_FALSE(paired_ratio(pairs_of_logs({0.001})).negligible());
}

TEST(PairedRatio, BothDirectionsAreTheSameDistance) {
  const PairedRatio there = paired_ratio(pairs_of_logs({0.3, 0.7, 0.1, 0.2}));
  const PairedRatio back = paired_ratio(pairs_of_logs({-0.3, -0.7, -0.1, -0.2}));
  EXPECT_NEAR(there.ratio * back.ratio, 1.0, 1e-12);
  EXPECT_NEAR(there.lower.value_or(0) * back.upper.value_or(0), 1.0, 1e-12);
}

TEST(PairedRatio, OnePairHasNoInterval) {
  const PairedRatio found = paired_ratio(pairs_of_logs({1.0}));
  EXPECT_NEAR(found.ratio, std::exp(1.0), 1e-12);
  EXPECT_FALSE(found.lower);
  EXPECT_FALSE(found.upper);
  EXPECT_FALSE(found.shown());
  EXPECT_FALSE(found.more_pairs);
}

TEST(PairedRatio, NoDifferenceIsNeverShownByMorePairs) {
  EXPECT_FALSE(paired_ratio(pairs_of_logs({-1.0, 1.0})).more_pairs);
  EXPECT_FALSE(paired_ratio(pairs_of_logs({-1.0, 1.001})).more_pairs) << "beyond what anybody would run";
  EXPECT_FALSE(paired_ratio(pairs_of_logs({0.0, 0.0})).more_pairs);
}

TEST(PairedRatio, RefusesWhatHasNoLogarithm) {
  EXPECT_THROW((void)paired_ratio({}), std::invalid_argument);
  for (const ValuePair bad :
       {ValuePair{.a = 0.0, .b = 1.0}, ValuePair{.a = 1.0, .b = 0.0}, ValuePair{.a = -1.0, .b = -1.0},
        ValuePair{.a = 1.0, .b = std::numeric_limits<double>::infinity()}}) {
    EXPECT_THROW((void)paired_ratio({&bad, 1}), std::invalid_argument);
  }
}

}  // namespace
}  // namespace assay
