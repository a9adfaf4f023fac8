#include "analysis/permutation_test.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harness/random_bits.hpp"

namespace assay {
namespace {

TEST(PermutationP, OfSidesThatDoNotOverlapIsOneSplitAndItsMirrorImage) {
  const std::vector<double> a{1.0, 1.1, 1.2, 1.3};
  const std::vector<double> b{2.0, 2.1, 2.2, 2.3};
  EXPECT_DOUBLE_EQ(permutation_p({.a = a, .b = b}), 2.0 / 70.0);
  EXPECT_DOUBLE_EQ(permutation_p({.a = b, .b = a}), 2.0 / 70.0);
}

// Logarithms 0, 2 and 1, 3: of the six splits A's sum is 1, 2, 3, 3, 4, 5 where 3 is expected and 2 was seen; those at
// least 1 away are 1, 2, 4 and 5.
TEST(PermutationP, CountsEachSplit) {
  const std::vector<double> a{std::exp(0.0), std::exp(2.0)};
  const std::vector<double> b{std::exp(1.0), std::exp(3.0)};
  EXPECT_DOUBLE_EQ(permutation_p({.a = a, .b = b}), 4.0 / 6.0);
}

TEST(PermutationP, IsOneWhereAllValuesAreEqual) {
  const std::vector<double> same{0.3, 0.3, 0.3, 0.3, 0.3};
  EXPECT_DOUBLE_EQ(permutation_p({.a = same, .b = same}), 1.0);
}

TEST(PermutationP, IsDrawnWhereThereAreTooManySplitsToCount) {
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 15; ++i) {
    a.push_back(1.0 + 0.001 * i);
    b.push_back(2.0 + 0.001 * i);
  }
  EXPECT_DOUBLE_EQ(permutation_p({.a = a, .b = b}), 1.0 / (1.0 + static_cast<double>(kExactSplits)));
  EXPECT_GT(permutation_p({.a = a, .b = a}), 0.99);
}

// The law does not matter: heavy tails here, where the normal theory would not hold.
TEST(PermutationP, IsAtMostAlphaAsOftenAsAlphaWhateverTheLaw) {
  constexpr int kTrials = 2000;
  constexpr double kAlpha = 0.05;
  RandomBits random(3);
  int below = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values(10);
    for (double& value : values) {
      value = std::pow(random.unit(), -2.0);  // Pareto of index 1/2: not even a mean
    }
    const std::span<const double> all(values);
    below += permutation_p({.a = all.first(5), .b = all.last(5)}) <= kAlpha ? 1 : 0;
  }
  // 12 of 252 splits: 0.0476 of 2,000 is 95, with a standard deviation of 9.5.
  EXPECT_LE(below, 124);
  EXPECT_GE(below, 66);
}

TEST(PermutationP, RefusesWhatHasNoLogarithm) {
  const std::vector<double> good{1.0, 2.0};
  const std::vector<double> bad{1.0, 0.0};
  EXPECT_THROW((void)permutation_p({.a = good, .b = bad}), std::invalid_argument);
  EXPECT_THROW((void)permutation_p({.a = {}, .b = good}), std::invalid_argument);
}

TEST(FewestRepeats, AreThoseWithWhichADifferenceCanBeToldAtAll) {
  EXPECT_DOUBLE_EQ(smallest_permutation_p(4, 4), 2.0 / 70.0);
  EXPECT_DOUBLE_EQ(smallest_permutation_p(3, 5), 2.0 / 56.0);
  EXPECT_DOUBLE_EQ(smallest_permutation_p(1, 1), 1.0);
  EXPECT_EQ(fewest_repeats(0.05), 4U);
  EXPECT_EQ(fewest_repeats(0.05 / 6.0), 5U);
  EXPECT_EQ(fewest_repeats(0.05 / 7.0), 6U);
}

}  // namespace
}  // namespace assay
