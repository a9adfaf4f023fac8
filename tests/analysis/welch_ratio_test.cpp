#include "analysis/welch_ratio.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace assay {
namespace {

std::vector<double> exponentials(const std::vector<double>& logs) {
  std::vector<double> values;
  for (const double log : logs) {
    values.push_back(std::exp(log));
  }
  return values;
}

// By hand: means 0.1 and 0.7, variances 0.02 and 0.04, standard error sqrt(0.02/2 + 0.04/3) = sqrt(7/300), degrees of
// freedom (7/300)^2 / (0.01^2 / 1 + (0.04/3)^2 / 2) = 2.8824, whose 0.975-quantile is 3.2572.
TEST(WelchRatio, IsTheOneWorkedByHand) {
  const auto a = exponentials({0.0, 0.2});
  const auto b = exponentials({0.5, 0.7, 0.9});
  const WelchRatio ratio = welch_ratio({.a = a, .b = b});
  EXPECT_NEAR(ratio.log_ratio, 0.6, 1e-12);
  EXPECT_NEAR(ratio.ratio, std::exp(0.6), 1e-12);
  EXPECT_NEAR(ratio.variance_a, 0.02, 1e-12);
  EXPECT_NEAR(ratio.variance_b, 0.04, 1e-12);
  EXPECT_NEAR(ratio.half_width(0.95), 3.25720812 * std::sqrt(7.0 / 300.0), 1e-6);
}

TEST(WelchRatio, TurnsRoundWithItsSides) {
  const auto a = exponentials({0.0, 0.1, 0.3});
  const auto b = exponentials({0.2, 0.25, 0.27, 0.4});
  const WelchRatio there = welch_ratio({.a = a, .b = b});
  const WelchRatio back = welch_ratio({.a = b, .b = a});
  EXPECT_NEAR(there.ratio * back.ratio, 1.0, 1e-12);
  EXPECT_NEAR(there.half_width(0.95), back.half_width(0.95), 1e-12);
}

TEST(WelchRatio, HasNoIntervalFromOneRepeat) {
  const std::vector<double> one{1.0};
  const std::vector<double> two{2.0, 2.1};
  const WelchRatio ratio = welch_ratio({.a = one, .b = two});
  EXPECT_FALSE(ratio.has_interval());
  EXPECT_THROW((void)ratio.half_width(0.95), std::logic_error);
}

TEST(WelchRatio, RepeatsThatAgreeToTheLastBitHaveAWidthOfZero) {
  const std::vector<double> a{1.0, 1.0};
  EXPECT_EQ(welch_ratio({.a = a, .b = a}).half_width(0.95), 0.0);
}

TEST(WelchRatio, RefusesWhatHasNoLogarithm) {
  const std::vector<double> good{1.0};
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    const std::vector<double> values{bad};
    EXPECT_THROW((void)welch_ratio({.a = values, .b = good}), std::invalid_argument);
    EXPECT_THROW((void)welch_ratio({.a = good, .b = values}), std::invalid_argument);
  }
  EXPECT_THROW((void)welch_ratio({.a = {}, .b = good}), std::invalid_argument);
}

// With 2 (n - 1) degrees of freedom and a deviation of s on both sides: (t(0.975) + t(0.9)) s sqrt(2 / n) < room. For
// room = ln 1.1 - ln 1.03 = 0.06575 and s = 0.03: n = 6 gives (2.2281 + 1.3722) 0.017321 = 0.06236, n = 5 gives
// (2.3060 + 1.3968) 0.018974 = 0.07026.
TEST(RepeatsToTell, IsTheSmallestNumberThatDoes) {
  WelchRatio seen{.log_ratio = std::log(1.1), .ratio = 1.1, .repeats_a = 3, .repeats_b = 3};
  seen.variance_a = seen.variance_b = 9e-4;
  const RepeatsGoal goal{.log_margin = std::log(1.03)};
  EXPECT_EQ(repeats_to_tell(seen, goal), 6U);
  EXPECT_EQ(repeats_to_tell(seen, {.log_margin = std::log(1.03), .least = 9}), 9U);
}

TEST(RepeatsToTell, SaysNothingForARatioOnTheMargin) {
  WelchRatio seen{.log_ratio = std::log(1.03), .ratio = 1.03, .repeats_a = 5, .repeats_b = 5};
  seen.variance_a = seen.variance_b = 1e-4;
  EXPECT_EQ(repeats_to_tell(seen, {.log_margin = std::log(1.03)}), std::nullopt);
}

}  // namespace
}  // namespace assay
