#include "analysis/repeat_ratio.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "analysis/independent_ratio.hpp"

namespace assay {
namespace {

using std::exp;

TEST(RepeatsEstimate, IsTheGeometricMeanWithStudentsInterval) {
  // Logarithms 0 and 0.2: mean 0.1, deviation 0.141421, t with one degree of freedom 12.7062.
  const EstimateRecord found = repeats_estimate(std::array{1.0, exp(0.2)});
  EXPECT_NEAR(*found.point, exp(0.1), 1e-12);
  EXPECT_NEAR(*found.lower, exp(0.1 - 1.27062), 1e-5);
  EXPECT_NEAR(*found.upper, exp(0.1 + 1.27062), 1e-4);
}

TEST(RepeatsEstimate, SaysWhatItLacks) {
  EXPECT_FALSE(repeats_estimate({}).point);
  const EstimateRecord one = repeats_estimate(std::array{3.0});
  EXPECT_DOUBLE_EQ(*one.point, 3.0);
  EXPECT_FALSE(one.lower);
  EXPECT_EQ(one.reason, "one run: an interval needs 1 more repeat");
  EXPECT_THROW((void)repeats_estimate(std::array{0.0}), std::invalid_argument);
  EXPECT_THROW((void)repeats_estimate(std::array{std::nan("")}), std::invalid_argument);
}

TEST(RepeatRatio, IsWelchsIntervalOfTheLogarithms) {
  // Logarithms 0, 0.2 and 1, 1.2: means differ by 1, variance of a mean 0.01 each, 2 degrees of freedom, t 4.30265.
  const RepeatRatio found = repeat_ratio(std::array{1.0, exp(0.2)}, std::array{exp(1.0), exp(1.2)});
  EXPECT_NEAR(*found.ratio.point, exp(1.0), 1e-12);
  const double half = 4.3026527 * std::sqrt(0.02);
  EXPECT_NEAR(*found.ratio.lower, exp(1.0 - half), 1e-5);
  EXPECT_NEAR(*found.ratio.upper, exp(1.0 + half), 1e-4);
  EXPECT_EQ(found.more_repeats, 0U);  // 1 is outside already
}

TEST(RepeatRatio, SaysHowManyMoreRepeatsWouldDecide) {
  // Against 2: the logarithms differ from it by 0.3069. Two more on each side: t(6) 2.447 x sqrt(0.02 / 4) = 0.173;
  // one more: t(4) 2.776 x sqrt(0.02 / 3 x 2) = 0.3206.
  const RepeatRatio found = repeat_ratio(std::array{1.0, exp(0.2)}, std::array{exp(1.0), exp(1.2)}, 2.0);
  EXPECT_EQ(found.more_repeats, 2U);
  const RepeatRatio same = repeat_ratio(std::array{1.0, exp(0.2)}, std::array{1.0, exp(0.2)});
  EXPECT_FALSE(same.more_repeats);
}

TEST(RepeatRatio, OneRunOfASideHasNoInterval) {
  const RepeatRatio found = repeat_ratio(std::array{1.0}, std::array{2.0, 2.1});
  EXPECT_FALSE(found.ratio.lower);
  EXPECT_FALSE(found.ratio.reason.empty());
  EXPECT_THROW((void)repeat_ratio({}, std::array{1.0}), std::invalid_argument);
}

TEST(IndependentRatio, AddsRelativeErrorsAsSquares) {
  const EstimateRecord a{.point = 10.0, .lower = 10.0 / exp(0.3), .upper = 10.0 * exp(0.3)};
  const EstimateRecord b{.point = 2.0, .lower = 2.0 / exp(0.4), .upper = 2.0 * exp(0.4)};
  const EstimateRecord ratio = independent_ratio(a, b, {.numerator = "a", .denominator = "b"});
  EXPECT_DOUBLE_EQ(*ratio.point, 5.0);
  EXPECT_NEAR(*ratio.lower, 5.0 * exp(-0.5), 1e-12);
  EXPECT_NEAR(*ratio.upper, 5.0 * exp(0.5), 1e-12);
  EXPECT_EQ(independent_ratio(a, {.point = 1.0}, {.numerator = "a", .denominator = "b"}).reason, "b has no interval");
  EXPECT_THROW((void)independent_ratio(a, {}, {}), std::invalid_argument);
}

}  // namespace
}  // namespace assay
