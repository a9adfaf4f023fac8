#include "analysis/early_stopping.hpp"

#include <gtest/gtest.h>

namespace assay::early_stopping {
namespace {

constexpr Percentile kP90 = Percentile::of_parts_per_million(900'000);
constexpr Percentile kP99 = Percentile::of_parts_per_million(990'000);

// The values that the reference LoadGen computes (early_stopping.cc, confidence 0.99, tolerance 0).
TEST(EarlyStopping, MinimaEqualLoadgens) {
  constexpr std::uint64_t kSlow[] = {0, 1, 2, 5, 10, 50, 100};
  const struct {
    std::uint32_t ppm;
    std::uint64_t minimum[7];
  } rows[] = {
      {500'000, {7, 11, 14, 22, 35, 128, 237}},
      {900'000, {44, 64, 81, 127, 197, 681, 1'246}},
      {950'000, {90, 130, 165, 259, 398, 1'372, 2'504}},
      {970'000, {152, 219, 277, 433, 667, 2'293, 4'182}},
      {990'000, {459, 662, 838, 1'307, 2'010, 6'898, 12'571}},
      {999'000, {4'603, 6'636, 8'403, 13'105, 20'140, 69'058, 125'826}},
      {999'900, {46'050, 66'381, 84'057, 131'081, 201'442, 690'663, 1'258'374}},
  };
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < 7; ++i) {
      EXPECT_EQ(minimum_queries(Percentile::of_parts_per_million(row.ppm), kSlow[i]), row.minimum[i])
          << row.ppm << " ppm, t = " << kSlow[i];
    }
  }
}

// LoadGen's discard counts t* for p99 and p90.
TEST(EarlyStopping, AffordableSlowQueriesEqualLoadgens) {
  EXPECT_EQ(affordable_slow(kP99, 1'000), 2U);
  EXPECT_EQ(affordable_slow(kP99, 10'000), 77U);
  EXPECT_EQ(affordable_slow(kP99, 24'576), 209U);
  EXPECT_EQ(affordable_slow(kP99, 100'000), 927U);
  EXPECT_EQ(affordable_slow(kP99, 270'336), 2'583U);
  EXPECT_EQ(affordable_slow(kP99, 1'000'000), 9'768U);
  EXPECT_EQ(affordable_slow(kP99, 10'000'000), 99'268U);
  EXPECT_EQ(affordable_slow(kP90, 10'000), 930U);
  EXPECT_EQ(affordable_slow(kP90, 1'000'000), 99'302U);
}

// P(Bin(10^8, 0.01) <= t) summed with 40 digits: 0.0099856956591 at t = 997,685 and 0.0100125004276 at 997,686.
TEST(EarlyStopping, IsExactForTenToTheEightQueries) { EXPECT_EQ(affordable_slow(kP99, 100'000'000), 997'685U); }

TEST(EarlyStopping, NoEstimateBelowTheMinimum) {
  EXPECT_EQ(affordable_slow(kP90, 0), std::nullopt);
  EXPECT_EQ(affordable_slow(kP90, 63), std::nullopt);
  EXPECT_EQ(affordable_slow(kP90, 64), 1U);
  EXPECT_EQ(affordable_slow(kP99, 661), std::nullopt);
  EXPECT_EQ(affordable_slow(kP99, 662), 1U);
}

TEST(EarlyStopping, AffordableIsTheLargestThatPasses) {
  for (const std::uint64_t queries : {838ULL, 12'571ULL, 3'000'000ULL, 100'000'000ULL}) {
    const auto affordable = affordable_slow(kP99, queries);
    ASSERT_TRUE(affordable.has_value());
    EXPECT_TRUE(passes(kP99, queries, *affordable));
    EXPECT_FALSE(passes(kP99, queries, *affordable + 1));
    EXPECT_LE(minimum_queries(kP99, *affordable), queries);
    EXPECT_GT(minimum_queries(kP99, *affordable + 1), queries);
  }
}

TEST(EarlyStopping, ServerVerdictNeedsTheMinimum) {
  EXPECT_FALSE(passes(kP99, 458, 0));
  EXPECT_TRUE(passes(kP99, 459, 0));
  EXPECT_EQ(queries_missing(kP99, 400, 0), 59U);
  EXPECT_EQ(queries_missing(kP99, 400, 1), 262U);
  EXPECT_EQ(queries_missing(kP99, 5'000, 1), 0U);
  EXPECT_FALSE(passes(kP99, 5, 5));
}

// 2.3263^2 * 0.01 * 0.99 / (0.01 - 0.005)^2 = 2143.1
TEST(EarlyStopping, QueriesAtTheObservedShare) {
  EXPECT_EQ(queries_at_share(kP99, 0.005), 2'144U);
  EXPECT_EQ(queries_at_share(kP99, 0.01), std::nullopt);
  EXPECT_EQ(queries_at_share(kP99, 0.02), std::nullopt);
}

}  // namespace
}  // namespace assay::early_stopping
