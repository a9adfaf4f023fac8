#include "analysis/change_points.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "harness/random_bits.hpp"

namespace assay {
namespace {

struct Level {
  std::size_t points = 0;
  double mean = 0.0;
  double standard_deviation = 0.0;
};

std::vector<double> series_of(const std::vector<Level>& levels, std::uint64_t seed) {
  RandomBits random(seed);
  std::vector<double> series;
  for (const Level& level : levels) {
    for (std::size_t i = 0; i < level.points; ++i) {
      series.push_back(level.mean + level.standard_deviation * random.normal());
    }
  }
  return series;
}

std::vector<std::size_t> changes_of(const std::vector<Segment>& segments) {
  std::vector<std::size_t> changes;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    changes.push_back(segments[i].begin);
  }
  return changes;
}

/// The least cost of all ways to cut a series, by trying each.
double brute_force(std::span<const double> series, const ChangePointSettings& settings) {
  double least = std::numeric_limits<double>::infinity();
  for (std::uint32_t cuts = 0; cuts < 1U << (series.size() - 1); ++cuts) {
    std::vector<std::size_t> changes;
    std::size_t begin = 0;
    bool long_enough = true;
    for (std::size_t i = 1; i < series.size(); ++i) {
      if ((cuts >> (i - 1) & 1U) != 0) {
        long_enough = long_enough && i - begin >= settings.shortest;
        changes.push_back(i);
        begin = i;
      }
    }
    if (long_enough && series.size() - begin >= settings.shortest) {
      least = std::min(least, segmentation_cost(series, changes, settings));
    }
  }
  return least;
}

// Pruning must lose nothing, also where the shortest segment is long and the penalty nothing.
TEST(ChangePoints, CostNoMoreThanTheBestOfAllSegmentations) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    RandomBits random(seed);
    const std::vector<double> series = series_of({{random.below(6), 10.0, 1.0},
                                                  {random.below(6), 10.0 + random.normal(), 2.0 * random.unit()},
                                                  {4, 10.0 + 3.0 * random.normal(), 0.0}},
                                                 seed);
    const ChangePointSettings settings{.penalty = 8.0 * random.unit() * static_cast<double>(random.below(2)),
                                       .shortest = 2 + static_cast<std::size_t>(random.below(3))};
    const auto segments = segments_of(series, settings);
    const double cost = segmentation_cost(series, changes_of(segments), settings);
    EXPECT_NEAR(cost, brute_force(series, settings), 1e-9 * std::abs(cost)) << seed;
    for (const Segment& segment : segments) {
      EXPECT_GE(segment.size(), settings.shortest) << seed;
    }
  }
}

TEST(ChangePoints, OfAStepOfTheMean) {
  const auto segments = segments_of(series_of({{300, 100.0, 1.0}, {300, 90.0, 1.0}}, 1));
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_EQ(segments[0].begin, 0U);
  EXPECT_EQ(segments[0].end, 300U);
  EXPECT_EQ(segments[1].end, 600U);
  EXPECT_NEAR(segments[0].mean, 100.0, 0.3);  // 5 sd / sqrt(300)
  EXPECT_NEAR(segments[1].mean, 90.0, 0.3);
  EXPECT_NEAR(segments[1].standard_deviation, 1.0, 0.2);
}

TEST(ChangePoints, OfAStepOfTheVariance) {
  const auto segments = segments_of(series_of({{300, 100.0, 1.0}, {300, 100.0, 5.0}}, 2));
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_NEAR(static_cast<double>(segments[1].begin), 300.0, 8.0);
}

TEST(ChangePoints, OfADipAndARecovery) {
  const auto segments = segments_of(series_of({{200, 50.0, 1.0}, {30, 40.0, 1.0}, {200, 50.0, 1.0}}, 3));
  EXPECT_EQ(changes_of(segments), (std::vector<std::size_t>{200, 230}));
}

TEST(ChangePoints, NoiseAloneHasNone) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    EXPECT_EQ(segments_of(series_of({{600, 100.0, 3.0}}, seed)).size(), 1U) << seed;
  }
}

// A few equal values in a row would be infinitely likely.
TEST(ChangePoints, EqualValuesInARowAreNoChange) {
  std::vector<double> series = series_of({{100, 1000.0, 3.0}}, 4);
  series[40] = series[41] = series[42] = series[43] = 1001.0;
  EXPECT_EQ(segments_of(series).size(), 1U);
  EXPECT_EQ(segments_of(std::vector<double>(100, 5.0)).size(), 1U);
  EXPECT_EQ(segments_of(std::vector<double>(100, 0.0)).size(), 1U);
}

// 40,000 points, a change each 100: were no candidate pruned, these would be 800 million costs.
TEST(ChangePoints, TakeLittleTimeWhereChangesKeepComing) {
  std::vector<Level> levels;
  std::vector<std::size_t> changes;
  for (std::size_t i = 0; i < 400; ++i) {
    levels.push_back({.points = 100, .mean = i % 2 == 0 ? 100.0 : 60.0, .standard_deviation = 1.0});
    if (i > 0) {
      changes.push_back(100 * i);
    }
  }
  EXPECT_EQ(changes_of(segments_of(series_of(levels, 5))), changes);
}

TEST(ChangePoints, OfShortSeries) {
  EXPECT_TRUE(segments_of({}).empty());
  const auto segments = segments_of(std::vector<double>{1.0, 3.0, 500.0}, {.penalty = 0.0});
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(segments[0].size(), 3U);
  EXPECT_EQ(segments[0].mean, 168.0);
  EXPECT_EQ(segments_of(std::vector<double>{1.0, 1.0, 500.0, 500.0}, {.penalty = 0.0}).size(), 2U);
}

TEST(ChangePoints, RejectNonsense) {
  const std::vector<double> series = {1.0, std::nan("")};
  EXPECT_THROW(static_cast<void>(segments_of(series)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(segments_of({}, {.penalty = -1.0})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(segments_of({}, {.shortest = 1})), std::invalid_argument);
}

}  // namespace
}  // namespace assay
