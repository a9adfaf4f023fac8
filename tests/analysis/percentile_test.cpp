#include "analysis/percentile.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace assay {
namespace {

// ceil(99.9 / 100.0 * n) in doubles is one too high wherever the product is rounded up past an integer.
TEST(Percentile, RankOfP999IsExactWhereDoublesRoundUp) {
  const Percentile p999 = Percentile::of_percent(99.9);
  EXPECT_EQ(p999.rank(1'000), 999U);
  EXPECT_EQ(p999.rank(2'000), 1'998U);
  EXPECT_EQ(p999.rank(5'000), 4'995U);
  EXPECT_EQ(p999.rank(10'000), 9'990U);
  EXPECT_EQ(p999.rank(100'000), 99'900U);
  EXPECT_EQ(p999.rank(1'000'000), 999'000U);
  EXPECT_EQ(std::ceil(99.9 / 100.0 * 1000.0), 1000.0) << "the trap that integers avoid";
}

TEST(Percentile, RankIsTheCeilingElsewhere) {
  const Percentile p99 = Percentile::of_percent(99);
  EXPECT_EQ(p99.rank(1), 1U);
  EXPECT_EQ(p99.rank(99), 99U);    // ceil(98.01)
  EXPECT_EQ(p99.rank(100), 99U);   // exactly 99
  EXPECT_EQ(p99.rank(101), 100U);  // ceil(99.99)
  EXPECT_EQ(p99.rank(200), 198U);
  EXPECT_EQ(Percentile::of_percent(50).rank(7), 4U);
  EXPECT_EQ(Percentile::of_percent(50).rank(8), 4U);
  EXPECT_EQ(Percentile::of_percent(100).rank(8), 8U);
  EXPECT_EQ(Percentile::of_parts_per_million(1).rank(3), 1U);
}

TEST(Percentile, RankIsExactForTenToTheThirteen) {
  EXPECT_EQ(Percentile::of_percent(99.9).rank(10'000'000'000'000U), 9'990'000'000'000U);
}

// LoadGen reports sorted[floor(n p)], 0-based: for n = 100 and p99 the maximum.
TEST(Percentile, LoadgenIndexIsOneRankHigherWhereTheProductIsAnInteger) {
  const Percentile p99 = Percentile::of_percent(99);
  EXPECT_EQ(p99.loadgen_index(100), 99U);
  EXPECT_EQ(p99.rank(100) - 1, 98U);
  EXPECT_EQ(p99.loadgen_index(101), 99U);
  EXPECT_EQ(p99.rank(101) - 1, 99U);
  EXPECT_EQ(Percentile::of_percent(100).loadgen_index(10), 9U);
}

TEST(Percentile, Names) {
  EXPECT_EQ(Percentile::of_percent(99).name(), "p99");
  EXPECT_EQ(Percentile::of_percent(99.9).name(), "p99.9");
  EXPECT_EQ(Percentile::of_percent(50).name(), "p50");
}

TEST(Percentile, RejectsNonsense) {
  EXPECT_THROW(Percentile::of_percent(0.0), std::invalid_argument);
  EXPECT_THROW(Percentile::of_percent(-1.0), std::invalid_argument);
  EXPECT_THROW(Percentile::of_percent(100.1), std::invalid_argument);
  EXPECT_THROW(Percentile::of_percent(std::nan("")), std::invalid_argument);
}

}  // namespace
}  // namespace assay
