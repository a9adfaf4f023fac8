#include "analysis/threshold_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace assay {
namespace {

constexpr Percentile kFittedPercentile = Percentile::of_parts_per_million(990'000);

/// A level whose counts are exactly what a curve expects.
ThresholdLevel expected(double dose, const DoseCurve& curve, double trials = 10'000) {
  return {.dose = dose, .effective_trials = trials, .effective_exceedances = trials * curve.share_at(dose)};
}

TEST(ThresholdFit, VerdictOfALevelNeedsTheWholeIntervalOnOneSide) {
  EXPECT_EQ(verdict_of({0.0, 10'000, 80}, kFittedPercentile), LevelVerdict::ok);  // 0.8 % -0.17 +0.2
  EXPECT_EQ(verdict_of({0.0, 10'000, 100}, kFittedPercentile), LevelVerdict::undecided);
  EXPECT_EQ(verdict_of({0.0, 10'000, 130}, kFittedPercentile), LevelVerdict::violated);  // 1.3 % -0.21
  EXPECT_EQ(verdict_of({0.0, 367, 0}, kFittedPercentile), LevelVerdict::undecided);
  EXPECT_EQ(verdict_of({0.0, 368, 0}, kFittedPercentile), LevelVerdict::ok);  // the least for an upper limit of p99
  EXPECT_EQ(name_of(LevelVerdict::violated), "violated");
}

// Counts that lie on a curve give that curve back: 0.2 % without a dose, and (0.0100503 - 0.002) / 1e-4 = 80.5.
TEST(ThresholdFit, FindsTheCurveThatTheCountsLieOn) {
  const DoseCurve curve{.intercept = 0.002, .slope = 1e-4};
  const std::vector<ThresholdLevel> levels = {expected(0, curve), expected(60, curve), expected(120, curve)};
  const ThresholdFit fit = fit_threshold(levels, kFittedPercentile);
  EXPECT_NEAR(fit.curve.intercept, 0.002, 1e-8);
  EXPECT_NEAR(fit.curve.slope, 1e-4, 1e-10);
  ASSERT_TRUE(fit.threshold && fit.lower && fit.upper) << fit.reason;
  EXPECT_NEAR(*fit.threshold, 80.5034, 1e-3);
  EXPECT_NEAR(fit.curve.share_at(*fit.threshold), 0.01, 1e-9);
  EXPECT_LT(*fit.lower, *fit.threshold);
  EXPECT_GT(*fit.upper, *fit.threshold);
  EXPECT_EQ(fit.dispersion, 1.0);
  EXPECT_EQ(fit.reason, "");
}

// With the curve known to start at 0, ln(threshold) has the standard deviation 1 / sqrt(exceedances), here 1 / 40:
// all levels at the crossing, 1600 over of 160,000 in all, and a baseline that never is.
TEST(ThresholdFit, IntervalIsAsWideAsTheCountsAllow) {
  std::vector<ThresholdLevel> levels(4, {.dose = 50, .effective_trials = 40'000, .effective_exceedances = 400});
  levels.push_back({.dose = 0, .effective_trials = 1e9, .effective_exceedances = 0});
  const ThresholdFit fit = fit_threshold(levels, kFittedPercentile);
  ASSERT_TRUE(fit.threshold && fit.lower && fit.upper) << fit.reason;
  EXPECT_NEAR(*fit.threshold, 50.0, 1e-3);
  EXPECT_NEAR(std::log(*fit.upper / *fit.lower), 2 * 1.96 / 40.0, 0.003);
  EXPECT_NEAR(fit.relative_half_width().value(), 0.049, 0.001);
}

// The same mean, but runs that differ by 100 where their counts explain 20.
TEST(ThresholdFit, IntervalWidensWhereRunsScatter) {
  const std::vector<ThresholdLevel> quiet(4, {.dose = 50, .effective_trials = 40'000, .effective_exceedances = 400});
  std::vector<ThresholdLevel> noisy = quiet;
  noisy[0].effective_exceedances = noisy[1].effective_exceedances = 300;
  noisy[2].effective_exceedances = noisy[3].effective_exceedances = 500;
  const ThresholdLevel baseline{.dose = 0, .effective_trials = 1e9, .effective_exceedances = 0};
  noisy.push_back(baseline);
  const ThresholdFit fit = fit_threshold(noisy, kFittedPercentile);
  // X^2 = 4 x 100^2 / (400 x 0.99) for the three degrees of freedom that two parameters leave; the baseline fits.
  EXPECT_NEAR(fit.dispersion, 101.01 / 3.0, 0.01);
  EXPECT_NEAR(std::log(*fit.upper / *fit.lower), 2 * 1.96 / 40.0 * std::sqrt(fit.dispersion), 0.03);
}

TEST(ThresholdFit, SaysWhereNothingViolates) {
  const std::vector<ThresholdLevel> none = {{0, 1000, 0}, {10, 1000, 0}, {20, 1000, 0}};
  const ThresholdFit fit = fit_threshold(none, kFittedPercentile);
  EXPECT_EQ(fit.curve.slope, 0.0);
  EXPECT_EQ(fit.threshold, std::nullopt);
  EXPECT_EQ(fit.upper, std::nullopt);
  EXPECT_EQ(fit.reason, "never violated up to the highest dose, 20");
  // A line through the origin that is at 0.0100503 at x costs 1000 (10 + 20) / x of it: 1.92 at x = 157.
  EXPECT_NEAR(fit.lower.value(), 0.0100503 * 30'000 / 1.92073, 1e-2);
}

TEST(ThresholdFit, SaysWhereTheBaselineViolates) {
  const std::vector<ThresholdLevel> levels = {{0, 10'000, 300}, {10, 10'000, 400}};
  const ThresholdFit fit = fit_threshold(levels, kFittedPercentile);
  EXPECT_EQ(fit.threshold, std::nullopt);
  EXPECT_EQ(fit.reason, "3.00 % of the queries are over the window without any disturbance, 1.00 % may be");
}

TEST(ThresholdFit, OfTheBaselineAlone) {
  const std::vector<ThresholdLevel> levels = {{0, 10'000, 3}};
  const ThresholdFit fit = fit_threshold(levels, kFittedPercentile);
  EXPECT_NEAR(fit.curve.share_at(0), 3e-4, 1e-10);
  EXPECT_EQ(fit.reason, "only the baseline was measured");
}

TEST(ThresholdFit, CrossingOfACurve) {
  EXPECT_NEAR((DoseCurve{.intercept = 0.0050503, .slope = 1e-5}).crossing(kFittedPercentile).value(), 500.0, 0.01);
  EXPECT_EQ((DoseCurve{.intercept = 0.02, .slope = 1e-5}).crossing(kFittedPercentile), std::nullopt);
  EXPECT_EQ((DoseCurve{.intercept = 0.001, .slope = 0.0}).crossing(kFittedPercentile), std::nullopt);
}

TEST(ThresholdFit, SurvivesSharesOfNoneAndOfAll) {
  const std::vector<ThresholdLevel> levels = {{0, 1000, 0}, {1, 1000, 0}, {100, 1000, 1000}};
  const ThresholdFit fit = fit_threshold(levels, kFittedPercentile);
  ASSERT_TRUE(fit.threshold.has_value()) << fit.reason;
  EXPECT_TRUE(std::isfinite(fit.curve.slope));
  EXPECT_GT(*fit.threshold, 0.0);
  EXPECT_LT(*fit.threshold, 1.0);
  EXPECT_LE(fit.lower.value(), *fit.threshold);
}

TEST(ThresholdFit, RejectsNonsense) {
  const auto fits = [](const std::vector<ThresholdLevel>& levels, Percentile percentile = kFittedPercentile) {
    return fit_threshold(levels, percentile);
  };
  EXPECT_THROW(static_cast<void>(fits({})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(fits({{-1, 10, 1}})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(fits({{0, 0, 0}})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(fits({{0, 10, 11}})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(fits({{0, 10, 1}}, Percentile::of_percent(100))), std::invalid_argument);
}

}  // namespace
}  // namespace assay
