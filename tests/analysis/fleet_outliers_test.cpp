#include "analysis/fleet_outliers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

namespace assay {
namespace {

using ::testing::DoubleNear;
using ::testing::Optional;

std::vector<EstimateRecord> figures_of(const std::vector<double>& points, double half_width = 0.0) {
  std::vector<EstimateRecord> figures;
  for (const double point : points) {
    EstimateRecord figure{.point = point};
    if (half_width > 0.0) {
      figure.lower = point - half_width;
      figure.upper = point + half_width;
    }
    figures.push_back(figure);
  }
  return figures;
}

/// Points 99, 100 and 101, over and over, and one more at the end.
std::vector<double> siblings_and(std::size_t count, double last) {
  std::vector<double> points;
  for (std::size_t i = 0; i < count; ++i) {
    points.push_back(99.0 + static_cast<double>(i % 3));
  }
  points.push_back(last);
  return points;
}

std::size_t named(const std::vector<SiblingComparison>& comparisons) {
  return static_cast<std::size_t>(std::ranges::count_if(comparisons, &SiblingComparison::stands_out));
}

TEST(FleetOutliers, NamesTheOneThatIsFarFromItsSiblings) {
  const auto compared = compare_siblings(figures_of(siblings_and(23, 91.0), 0.5));
  ASSERT_EQ(compared.size(), 24U);
  EXPECT_EQ(named(compared), 1U);
  EXPECT_TRUE(compared.back().stands_out);
  EXPECT_EQ(compared.back().siblings, 23U);
  EXPECT_EQ(compared.back().median, 100.0);
  EXPECT_EQ(compared.back().deviation, 1.0);
  EXPECT_THAT(compared.back().difference.point, Optional(DoubleNear(-0.09, 1e-12)));
  // The median of 23 has its 95 % interval at ranks 7 and 17, which are 99 and 101 here.
  EXPECT_THAT(compared.back().difference.lower, Optional(DoubleNear(90.5 / 101.0 - 1.0, 1e-12)));
  EXPECT_THAT(compared.back().difference.upper, Optional(DoubleNear(91.5 / 99.0 - 1.0, 1e-12)));
}

TEST(FleetOutliers, SaysNothingWithFewerThanFiveSiblings) {
  EXPECT_EQ(named(compare_siblings(figures_of({100, 100, 100, 100, 50}))), 0U);
  EXPECT_EQ(named(compare_siblings(figures_of({100, 100, 100, 100, 100, 50}))), 1U);
}

TEST(FleetOutliers, LetsSmallDifferencesBe) {
  std::vector<double> points(24, 100.0);
  points[3] = 97.1;
  EXPECT_EQ(named(compare_siblings(figures_of(points))), 0U);
  points[3] = 96.9;
  EXPECT_EQ(named(compare_siblings(figures_of(points))), 1U);
}

TEST(FleetOutliers, BelievesNoFigureWhoseIntervalHoldsTheMedian) {
  std::vector<EstimateRecord> figures = figures_of(siblings_and(23, 80.0), 0.5);
  EXPECT_EQ(named(compare_siblings(figures)), 1U);
  figures.back().upper = 100.0;
  EXPECT_EQ(named(compare_siblings(figures)), 0U);
}

TEST(FleetOutliers, SaysWhyADifferenceHasNoInterval) {
  const auto without = compare_siblings(figures_of(siblings_and(23, 91.0)));
  EXPECT_FALSE(without.back().difference.lower);
  EXPECT_EQ(without.back().difference.reason, "the figure has no interval; repeat it");
  const auto few = compare_siblings(figures_of(siblings_and(5, 91.0), 0.5));
  EXPECT_FALSE(few.back().difference.lower);
  EXPECT_EQ(few.back().difference.reason, "the median of so few machines has no interval");
}

TEST(FleetOutliers, OfOneOrNoneIsHarmless) {
  EXPECT_TRUE(compare_siblings({}).empty());
  const auto alone = compare_siblings(figures_of({100}));
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_FALSE(alone[0].stands_out);
  EXPECT_FALSE(alone[0].difference.point);
  EXPECT_THROW((void)compare_siblings(std::vector<EstimateRecord>(3)), std::invalid_argument);
}

TEST(FleetOutliers, FactorFallsWithTheNumberOfSiblings) {
  EXPECT_EQ(outlier_factor(5), 46.0);
  EXPECT_EQ(outlier_factor(9), 15.6);
  EXPECT_EQ(outlier_factor(23), 8.3);
  EXPECT_EQ(outlier_factor(10'000), 6.8);
}

/// Of a thousand figures of equal machines, those in which any is named.
std::size_t false_alarms(std::size_t machines, double spread, unsigned seed) {
  std::mt19937_64 bits(seed);
  std::normal_distribution<double> noise(100.0, 100.0 * spread);
  std::size_t alarms = 0;
  for (int figure = 0; figure < 1000; ++figure) {
    std::vector<double> points(machines);
    for (double& point : points) {
      point = noise(bits);
    }
    alarms += named(compare_siblings(figures_of(points))) > 0 ? 1U : 0U;
  }
  return alarms;
}

TEST(FleetOutliers, NamesEqualMachinesInOnePercentOfFiguresAtMost) {
  // 10 of 1,000 are expected; 20 or more come about in one of 300 seeds.
  unsigned seed = 1;
  for (const std::size_t machines : {6U, 8U, 12U, 24U, 40U}) {
    for (const double spread : {0.005, 0.02, 0.05}) {
      EXPECT_LT(false_alarms(machines, spread, seed++), 20U) << machines << " machines, spread " << spread;
    }
  }
}

TEST(FleetOutliers, FindsARealDifferenceAmongNoise) {
  std::mt19937_64 bits(1);
  std::normal_distribution<double> noise(100.0, 0.7);
  std::size_t found = 0;
  for (int fleet = 0; fleet < 200; ++fleet) {
    std::vector<double> points(24);
    for (double& point : points) {
      point = noise(bits);
    }
    points[16] *= 0.91;
    found += compare_siblings(figures_of(points))[16].stands_out ? 1U : 0U;
  }
  EXPECT_GT(found, 190U);
}

TEST(FleetOutliers, ComparesManyMachinesInOneGo) {
  const auto compared = compare_siblings(figures_of(siblings_and(9'999, 91.0)));
  EXPECT_EQ(compared.size(), 10'000U);
  EXPECT_EQ(compared.back().siblings, 9'999U);
  EXPECT_TRUE(compared.back().stands_out);
  EXPECT_EQ(named(compared), 1U);
}

}  // namespace
}  // namespace assay
