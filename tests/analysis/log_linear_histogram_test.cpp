#include "analysis/log_linear_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

namespace assay {
namespace {

using Bounds = LogLinearHistogram::Bounds;
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

// Worked out by hand from the formula in the header; the report's script is checked against the same values.
TEST(LogLinearHistogram, IndexAndBoundsByHand) {
  const struct {
    std::int64_t value;
    std::uint32_t index;
    Bounds bounds;
  } cases[] = {
      {0, 0, {0, 1}},
      {1, 1, {1, 2}},
      {31, 31, {31, 32}},
      {32, 32, {32, 33}},
      {63, 63, {63, 64}},
      {64, 64, {64, 66}},
      {65, 64, {64, 66}},
      {66, 65, {66, 68}},
      {127, 95, {126, 128}},
      {128, 96, {128, 132}},
      {1000, 190, {992, 1008}},
      {1'000'000, 509, {999'424, 1'015'808}},
      {1'000'000'000, 827, {989'855'744, 1'006'632'960}},
      {kLargest, 1887, {9'079'256'848'778'919'936, kLargest}},
  };
  for (const auto& expected : cases) {
    EXPECT_EQ(LogLinearHistogram::index_of(expected.value), expected.index) << expected.value;
    EXPECT_EQ(LogLinearHistogram::bounds_of(expected.index), expected.bounds) << expected.index;
  }
}

TEST(LogLinearHistogram, BinsTileTheNonNegativeIntegersAndAreNarrow) {
  for (std::uint32_t index = 0; index + 1 < LogLinearHistogram::kBinCount; ++index) {
    const auto bounds = LogLinearHistogram::bounds_of(index);
    ASSERT_EQ(bounds.upper, LogLinearHistogram::bounds_of(index + 1).lower) << index;
    ASSERT_EQ(LogLinearHistogram::index_of(bounds.lower), index);
    ASSERT_EQ(LogLinearHistogram::index_of(bounds.upper - 1), index);
    if (bounds.lower >= 32) {
      ASSERT_LE((bounds.upper - bounds.lower) * 32, bounds.lower) << index;
    } else {
      ASSERT_EQ(bounds.upper - bounds.lower, 1);
    }
  }
}

TEST(LogLinearHistogram, CountsAreExactAndSortedBuildAgrees) {
  std::mt19937_64 random(7);
  std::vector<std::int64_t> values{0, kLargest};
  for (int i = 0; i < 5000; ++i) {
    values.push_back(static_cast<std::int64_t>(random() >> (1 + random() % 63)));
  }
  LogLinearHistogram one_by_one;
  for (const std::int64_t value : values) {
    one_by_one.add(value);
  }
  std::sort(values.begin(), values.end());
  EXPECT_EQ(LogLinearHistogram::of_sorted(values), one_by_one);
  EXPECT_EQ(one_by_one.count(), values.size());
}

TEST(LogLinearHistogram, ExportIsSparseAscendingAndRoundTrips) {
  LogLinearHistogram histogram;
  histogram.add(1000, 3);
  histogram.add(1, 2);
  histogram.add(1007);
  const std::vector<LogLinearHistogram::SparseBin> expected{{1, 2}, {190, 4}};
  EXPECT_EQ(histogram.export_bins(), expected);
  EXPECT_EQ(LogLinearHistogram::of_bins(histogram.export_bins()), histogram);
}

TEST(LogLinearHistogram, MergeAddsBinByBin) {
  LogLinearHistogram left;
  LogLinearHistogram right;
  LogLinearHistogram both;
  for (std::int64_t value = 1; value < 100'000; value = value * 2 + 1) {
    left.add(value);
    right.add(value * 3);
    both.add(value);
    both.add(value * 3);
  }
  left.merge(right);
  EXPECT_EQ(left, both);
}

TEST(LogLinearHistogram, RejectsNegativeValuesAndUnknownBins) {
  EXPECT_THROW(LogLinearHistogram::index_of(-1), std::invalid_argument);
  EXPECT_THROW(LogLinearHistogram::bounds_of(LogLinearHistogram::kBinCount), std::invalid_argument);
  const std::vector<LogLinearHistogram::SparseBin> unknown{{LogLinearHistogram::kBinCount, 1}};
  EXPECT_THROW(LogLinearHistogram::of_bins(unknown), std::invalid_argument);
}

}  // namespace
}  // namespace assay
