#include "analysis/threshold_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <stdexcept>

#include "harness/random_bits.hpp"

namespace assay {
namespace {

/// 0.1 % over the window without stalls, and stalls of 1 ms that hit a query of 120 us: the crossing is at
/// (0.0100503 - 0.001) / 120e-6 = 75.42 stalls/s.
constexpr DoseCurve kTruth{.intercept = 0.001, .slope = 120e-6};
constexpr double kThreshold = 75.419;

/// The number of successes, by the gaps between them.
double binomial_draw(int trials, double success, RandomBits& random) {
  double position = 0.0;
  int successes = 0;
  while (true) {
    position += 1.0 + std::floor(std::log(random.unit()) / std::log1p(-success));
    if (position > trials) {
      return successes;
    }
    ++successes;
  }
}

ThresholdSearch searched(const ThresholdSearchSettings& settings,
                         const std::function<ThresholdLevel(double)>& measure) {
  ThresholdSearch search(settings);
  while (const auto dose = search.next_dose()) {
    search.record(measure(*dose));
  }
  return search;
}

ThresholdSearch simulated(std::uint64_t seed, const ThresholdSearchSettings& settings, int trials,
                          const DoseCurve& truth = kTruth) {
  RandomBits random(seed);
  return searched(settings, [&](double dose) {
    return ThresholdLevel{.dose = dose,
                          .effective_trials = static_cast<double>(trials),
                          .effective_exceedances = binomial_draw(trials, truth.share_at(dose), random)};
  });
}

/// A level of 25,000 queries whose counts are exactly what the truth expects.
ThresholdLevel expected_level(double dose, const DoseCurve& truth = kTruth) {
  return {.dose = dose, .effective_trials = 25'000, .effective_exceedances = 25'000 * truth.share_at(dose)};
}

TEST(ThresholdSearch, StartsWithTheBaselineAndTheModelThenBrackets) {
  ThresholdSearch search({.model_dose = 300.0});
  const auto step = [&search] {
    const double dose = search.next_dose().value();
    search.record(expected_level(dose));
    return dose;
  };
  EXPECT_EQ(step(), 0.0);
  EXPECT_EQ(step(), 300.0) << "the model's dose";
  EXPECT_EQ(step(), 150.0) << "missed: halve";
  EXPECT_EQ(step(), 75.0) << "missed: halve";
  const double inside = search.next_dose().value();
  EXPECT_GE(kTruth.share_at(inside), 0.0049);
  EXPECT_LE(kTruth.share_at(inside), 0.0101) << "two levels were above, none below: at or below is next";
}

TEST(ThresholdSearch, DoublesWhereTheModelIsTooLow) {
  ThresholdSearch search({.model_dose = 20.0});
  search.record(expected_level(0));
  search.record(expected_level(20));
  EXPECT_EQ(search.next_dose(), 40.0);
  search.record(expected_level(40));
  EXPECT_EQ(search.next_dose(), 80.0);
}

// Counts on the line: the fit has the threshold exactly, and stays within the band of 0.5 to 2 %.
TEST(ThresholdSearch, ConvergesOnAKnownCurve) {
  const ThresholdSearch search = searched({.model_dose = 84.0}, [](double dose) { return expected_level(dose); });
  const ThresholdEstimate estimate = search.estimate();
  EXPECT_LE(search.levels().size(), 10U);
  ASSERT_TRUE(estimate.fit.threshold && estimate.fit.lower && estimate.fit.upper) << estimate.reason;
  EXPECT_NEAR(*estimate.fit.threshold, kThreshold, 0.05);
  EXPECT_LT(*estimate.fit.lower, kThreshold);
  EXPECT_GT(*estimate.fit.upper, kThreshold);
  EXPECT_LE(estimate.fit.relative_half_width().value(), 0.08);
  for (std::size_t i = 3; i < search.levels().size(); ++i) {
    EXPECT_GE(search.levels()[i].share(), 0.0049) << i;
    EXPECT_LE(search.levels()[i].share(), 0.0201) << i;
  }
}

TEST(ThresholdSearch, EndsEarlyWhereTheIntervalIsNarrowEnough) {
  const ThresholdSearch search = simulated(1, {.model_dose = 84.0}, 2'000'000);
  EXPECT_LT(search.levels().size(), 6U);
  const ThresholdEstimate estimate = search.estimate();
  EXPECT_EQ(estimate.end, ThresholdEnd::resolved);
  EXPECT_EQ(estimate.reason, "");
  EXPECT_NEAR(estimate.fit.threshold.value(), kThreshold, 0.05 * kThreshold);
  EXPECT_LE(estimate.highest_ok.value(), kThreshold * 1.02);
  EXPECT_GE(estimate.lowest_violated.value(), kThreshold * 0.98);
}

TEST(ThresholdSearch, EndsAtOnceWhereTheBaselineViolates) {
  const DoseCurve truth{.intercept = 0.03, .slope = 1e-4};
  const ThresholdSearch search = searched({}, [&truth](double dose) { return expected_level(dose, truth); });
  EXPECT_EQ(search.levels().size(), 1U);
  const ThresholdEstimate estimate = search.estimate();
  EXPECT_EQ(estimate.end, ThresholdEnd::baseline_violates);
  EXPECT_EQ(estimate.reason, "2.96 % of the queries are over the window without any disturbance, 1.00 % may be");
}

TEST(ThresholdSearch, EndsWhereTheHighestDoseHolds) {
  const DoseCurve truth{.intercept = 0.001, .slope = 1e-9};
  const ThresholdSearch search =
      searched({.highest_dose = 300.0}, [&](double dose) { return expected_level(dose, truth); });
  EXPECT_EQ(search.levels().size(), 4U) << "0, 100, 200, 300";
  const ThresholdEstimate estimate = search.estimate();
  EXPECT_EQ(estimate.end, ThresholdEnd::not_reached);
  EXPECT_EQ(estimate.reason, "never violated up to the highest dose, 300");
  EXPECT_EQ(estimate.highest_ok, 300.0);
  EXPECT_EQ(estimate.lowest_violated, std::nullopt);
}

TEST(ThresholdSearch, EndsWhereTheLowestDoseViolates) {
  const DoseCurve truth{.intercept = 0.001, .slope = 1.0};
  const ThresholdSearch search =
      searched({.lowest_dose = 50.0, .model_dose = 10.0}, [&](double dose) { return expected_level(dose, truth); });
  EXPECT_EQ(search.levels().size(), 2U);
  EXPECT_EQ(search.levels()[1].dose, 50.0);
  EXPECT_EQ(search.estimate().end, ThresholdEnd::below_lowest);
  EXPECT_EQ(search.estimate().reason, "violated at the lowest dose, 50, already");
}

TEST(ThresholdSearch, SaysHowFarItGotWhenOutOfRuns) {
  const ThresholdSearch search = simulated(3, {.model_dose = 84.0}, 2'000);
  EXPECT_EQ(search.levels().size(), 10U);
  EXPECT_EQ(search.estimate().end, ThresholdEnd::out_of_runs);
  EXPECT_NE(search.estimate().reason.find("after 10 runs"), std::string::npos) << search.estimate().reason;
}

TEST(ThresholdSearch, RejectsNonsense) {
  EXPECT_THROW(ThresholdSearch({.lowest_dose = 0.0}), std::invalid_argument);
  EXPECT_THROW(ThresholdSearch({.lowest_dose = 2.0, .highest_dose = 1.0}), std::invalid_argument);
  EXPECT_THROW(ThresholdSearch({.model_dose = 0.0}), std::invalid_argument);
  EXPECT_THROW(ThresholdSearch({.most_runs = 2}), std::invalid_argument);
  EXPECT_THROW(ThresholdSearch({.resolution = 0.0}), std::invalid_argument);
  ThresholdSearch search({});
  EXPECT_THROW(static_cast<void>(search.estimate()), std::logic_error);
  EXPECT_THROW(search.record({.dose = 0.0, .effective_trials = 0.0}), std::invalid_argument);
  EXPECT_TRUE(search.levels().empty());
  search.record({.dose = 0.0, .effective_trials = 25'000, .effective_exceedances = 2'000});
  EXPECT_THROW(search.record(expected_level(10.0)), std::logic_error);
}

// Levels as the search itself chooses them, from a model that is 5 times too low to 4 times too high.
TEST(ThresholdSearch, IntervalCoversTheTruth) {
  constexpr std::uint64_t kSearches = 200;
  std::uint64_t covered = 0;
  std::uint64_t given = 0;
  for (std::uint64_t i = 0; i < kSearches; ++i) {
    const double model = kThreshold * std::exp(-1.6 + 3.0 * static_cast<double>(i) / kSearches);
    const ThresholdSearch search = simulated(1000 + i, {.model_dose = model}, 10'000);
    EXPECT_LE(search.levels().size(), 10U);
    const ThresholdFit fit = search.estimate().fit;
    if (fit.threshold && fit.lower && fit.upper) {
      ++given;
      covered += *fit.lower <= kThreshold && kThreshold <= *fit.upper ? 1U : 0U;
    }
  }
  EXPECT_EQ(given, kSearches);
  EXPECT_GE(covered, kSearches * 92 / 100);
}

TEST(ThresholdSearch, TwoSearchesAgree) {
  int overlapping = 0;
  double widest = 0.0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const ThresholdFit one = simulated(2 * seed, {.model_dose = 84.0}, 25'000).estimate().fit;
    const ThresholdFit other = simulated(2 * seed + 1, {.model_dose = 84.0}, 25'000).estimate().fit;
    ASSERT_TRUE(one.lower && one.upper && other.lower && other.upper) << seed;
    overlapping += *one.lower <= *other.upper && *other.lower <= *one.upper ? 1 : 0;
    widest = std::max(widest, one.relative_half_width().value());
  }
  EXPECT_GE(overlapping, 97);
  EXPECT_LE(widest, 0.15) << "two intervals that say nothing would overlap as well";
}

}  // namespace
}  // namespace assay
