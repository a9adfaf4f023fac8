#include "kernels/input_values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace assay {
namespace {

std::vector<double> values_of(InputStream stream, std::size_t count, UniformRange range = {}) {
  std::vector<double> values(count);
  fill_uniform(std::span(values), stream, range);
  return values;
}

TEST(InputValues, AreAFunctionOfSeedStreamAndIndex) {
  const std::vector<double> values = values_of({1, 2}, 100);
  EXPECT_EQ(values, values_of({1, 2}, 100));
  const std::vector<double> shorter = values_of({1, 2}, 40);
  EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), values.begin()));
  EXPECT_NE(values, values_of({1, 3}, 100));
  EXPECT_NE(values, values_of({2, 2}, 100));
  EXPECT_NE(values, values_of({2, 1}, 100));
}

TEST(InputValues, AreUniformInTheirRange) {
  const std::size_t count = 100000;
  const std::vector<double> values = values_of({5, 0}, count, {2.0, 6.0});
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(*lowest, 2.0);
  EXPECT_LT(*highest, 6.0);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(count);
  EXPECT_NEAR(mean, 4.0, 5 * 4 / std::sqrt(12.0 * count));  // five standard errors
}

TEST(InputValues, AreTheSameNumberInFloatAndDouble) {
  std::vector<float> narrow(50);
  fill_uniform(std::span(narrow), {9, 1}, {});
  const std::vector<double> wide = values_of({9, 1}, 50);
  EXPECT_TRUE(std::equal(narrow.begin(), narrow.end(), wide.begin(),
                         [](float a, double b) { return static_cast<double>(a) == b; }));
}

TEST(BFloat16, RoundsToNearestEven) {
  EXPECT_EQ(BFloat16(1.0).bits(), 0x3f80);
  EXPECT_EQ(BFloat16(-2.0).bits(), 0xc000);
  EXPECT_EQ(BFloat16(1.0 + 0x1p-8).bits(), 0x3f80);            // halfway, to even
  EXPECT_EQ(BFloat16(1.0 + 3 * 0x1p-8).bits(), 0x3f82);        // halfway, to even
  EXPECT_EQ(BFloat16(1.0 + 0x1p-8 + 0x1p-20).bits(), 0x3f81);  // above halfway
  EXPECT_EQ(static_cast<float>(BFloat16(0.15625)), 0.15625F);
}

}  // namespace
}  // namespace assay
