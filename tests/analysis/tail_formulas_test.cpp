#include "analysis/tail_formulas.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

#include "analysis/binomial_distribution.hpp"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Percentile kP99 = Percentile::of_parts_per_million(990'000);

/// `count` values at the middles of as many equally likely slices of a law.
LatencyDistribution quantiles_of(const std::function<double(double)>& quantile, int count = 100'000) {
  std::vector<std::int64_t> values;
  values.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    values.push_back(std::llround(quantile((i + 0.5) / count)));
  }
  return LatencyDistribution(std::move(values));
}

/// 100 us, of which `per_thousand` of 1000 are 40 times as long.
LatencyDistribution stalled(int per_thousand) {
  std::vector<std::int64_t> values(1000, 100'000);
  for (int i = 0; i < per_thousand; ++i) {
    values[static_cast<std::size_t>(i)] = 4'000'000;
  }
  return LatencyDistribution(std::move(values));
}

// A mean of 10 ms and a standard deviation of 5 ms: what p99 is depends on the law, up to 59.7 ms.
TEST(TailFormulas, OfAMeanAndADeviation) {
  const Moments moments{.mean_ns = 10e6, .standard_deviation_ns = 5e6};
  EXPECT_NEAR(percentile_ns_of(TailLaw::normal, moments, kP99), 21.632e6, 1e3);
  EXPECT_NEAR(percentile_ns_of(TailLaw::gamma, moments, kP99), 25.113e6, 1e3);  // chi-squared(8): 20.090 x 1.25 ms
  EXPECT_NEAR(percentile_ns_of(TailLaw::log_normal, moments, kP99), 26.841e6, 1e3);
  EXPECT_NEAR(percentile_ns_of(TailLaw::shifted_exponential, moments, kP99), 28.026e6, 1e3);
  EXPECT_NEAR(percentile_ns_of(TailLaw::cantelli, moments, kP99), 59.749e6, 1e3);  // sqrt(99) = 9.9499
}

TEST(TailFormulas, RejectsNonsense) {
  const Moments moments{.mean_ns = 10e6, .standard_deviation_ns = 5e6};
  EXPECT_THROW(static_cast<void>(percentile_ns_of(TailLaw::normal, moments, Percentile::of_percent(100))),
               std::invalid_argument);
  EXPECT_THROW(static_cast<void>(percentile_ns_of(TailLaw::normal, {}, kP99)), std::invalid_argument);
  EXPECT_THROW(
      static_cast<void>(percentile_ns_of(TailLaw::normal, {.mean_ns = 1.0, .standard_deviation_ns = -1.0}, kP99)),
      std::invalid_argument);
}

TEST(TailFormulas, AreRightForANormalDistribution) {
  const auto distribution = quantiles_of([](double p) { return 1e6 + 1e5 * normal_quantile(p); });
  const TailFormulas formulas = tail_formulas(distribution, kP99).value();
  EXPECT_EQ(formulas.count, 100'000U);
  EXPECT_NEAR(formulas.normal.ratio_to_measured, 1.0, 1e-3);
  EXPECT_NEAR(formulas.normal.share_above, 0.01, 1e-4);
  EXPECT_EQ(formulas.cantelli.share_above, 0.0);
  EXPECT_THAT(normal_formula_sentence(formulas), StartsWith("About right: mean + 2.33 sd is 1.23 ms"));
}

// exp(s^2 / 2) (1 + 2.3263 sqrt(exp(s^2) - 1)) / exp(2.3263 s)
TEST(TailFormulas, NormalIsTooLowForALogNormalDistribution) {
  for (const auto& [sigma, ratio] : {std::pair{0.25, 0.917}, std::pair{0.5, 0.793}, std::pair{1.0, 0.652}}) {
    const auto distribution =
        quantiles_of([sigma = sigma](double p) { return 1e6 * std::exp(sigma * normal_quantile(p)); });
    const TailFormulas formulas = tail_formulas(distribution, kP99).value();
    EXPECT_NEAR(formulas.normal.ratio_to_measured, ratio, 2e-3) << sigma;
    EXPECT_NEAR(formulas.log_normal.ratio_to_measured, 1.0, 2e-3) << sigma;
    EXPECT_GT(formulas.normal.share_above, 0.01) << sigma;
  }
}

// Five of 1000 at 40 times: mean 119.5 us, variance 0.005 x 0.995 (3900 us)^2.
TEST(TailFormulas, NormalIsTooHighWhereRareStallsMissThePercentile) {
  const TailFormulas five = tail_formulas(stalled(5), kP99).value();
  EXPECT_DOUBLE_EQ(five.moments.mean_ns, 119'500.0);
  EXPECT_NEAR(five.normal.ratio_to_measured, 7.594, 5e-3);  // n - 1 in the variance makes it 0.05 % more
  EXPECT_DOUBLE_EQ(five.normal.share_above, 0.005);
  EXPECT_NEAR(five.variance_share_above, 0.995, 1e-12);  // h (1-h)^2 of h (1-h)
  EXPECT_THAT(normal_formula_sentence(five), StartsWith("Too high: mean + 2.33 sd is 760 µs, the measured p99 is 100"));
  EXPECT_THAT(normal_formula_sentence(five), HasSubstr("The 0.500 % of the queries beyond p99 carry 99.50 % of the"));
  EXPECT_THAT(normal_formula_sentence(five, Charset::ascii), StartsWith("Too high: mean + 2.33 sd is 760 us"));
  EXPECT_NEAR(tail_formulas(stalled(9), kP99)->normal.ratio_to_measured, 9.920, 5e-3);
}

TEST(TailFormulas, NormalIsTooLowWhereStallsReachThePercentile) {
  EXPECT_NEAR(tail_formulas(stalled(11), kP99)->normal.ratio_to_measured, 0.2723, 5e-4);
  EXPECT_NEAR(tail_formulas(stalled(50), kP99)->normal.ratio_to_measured, 0.5681, 5e-4);
  const TailFormulas twenty = tail_formulas(stalled(20), kP99).value();
  EXPECT_NEAR(twenty.normal.ratio_to_measured, 0.3620, 5e-4);
  EXPECT_DOUBLE_EQ(twenty.measured.value_ns, 4e6);
  EXPECT_EQ(twenty.measured.share_above, 0.0);
  const std::string sentence = normal_formula_sentence(twenty);
  EXPECT_THAT(sentence, StartsWith("Too low: mean + 2.33 sd is 1.45 ms, the measured p99 is 4.00 ms."));
  EXPECT_THAT(sentence, HasSubstr("2.00 % of the queries took longer than the formula says, more than the 1.00 %"));
  EXPECT_THAT(sentence, HasSubstr("at 40 times the median."));
}

// Uniform on [0, 1000] us: sd 1000 / sqrt(12) us, mean + 2.3263 sd = 1171.6 us against 990; p99 is 1.697 sd above.
TEST(TailFormulas, NormalIsTooHighWhereTheTailIsShort) {
  const TailFormulas formulas = tail_formulas(quantiles_of([](double p) { return 1e6 * p; }), kP99).value();
  EXPECT_NEAR(formulas.normal.ratio_to_measured, 1.1834, 1e-3);
  EXPECT_THAT(normal_formula_sentence(formulas), HasSubstr("lies only 1.70 standard deviations above the mean"));
}

TEST(TailFormulas, RowsAreInOrder) {
  const auto rows = tail_formulas(stalled(5), kP99)->rows();
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].name, "normal");
  EXPECT_EQ(rows[1].name, "log-normal");
  EXPECT_EQ(rows[2].name, "Cantelli");
  EXPECT_EQ(rows[3].name, "measured");
  EXPECT_EQ(rows[3].ratio_to_measured, 1.0);
}

TEST(TailFormulas, OfEqualValues) {
  const TailFormulas formulas = tail_formulas(LatencyDistribution({7, 7, 7}), kP99).value();
  for (const TailFormula& row : formulas.rows()) {
    EXPECT_EQ(row.value_ns, 7.0) << row.name;
    EXPECT_EQ(row.share_above, 0.0) << row.name;
  }
}

TEST(TailFormulas, SayWhyTheyAreAbsent) {
  EXPECT_EQ(tail_formulas(LatencyDistribution({}), kP99).reason(), "nothing was observed");
  EXPECT_EQ(tail_formulas(LatencyDistribution({1, kNever.count()}), kP99).reason(),
            "the mean is infinite: 1 query was lost");
  EXPECT_EQ(tail_formulas(LatencyDistribution({0, 0}), kP99).reason(), "the measured p99 is 0 ns");
  EXPECT_EQ(tail_formulas(LatencyDistribution({1, 2}), Percentile::of_percent(100)).reason(),
            "at p100 no formula is finite");
}

}  // namespace
}  // namespace assay
