#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/array.hpp"
#include "kernels/softmax_loop.hpp"

namespace assay {
namespace {

TEST(VectorExp, KeepsItsBoundOverItsWholeRange) {
  constexpr std::size_t kCount = std::size_t{1} << 20;
  Array<float> x(kCount);
  Array<float> y(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    x.data()[i] = -86.5F * static_cast<float>(i) / kCount;
  }
  vector_exp(x.span(), y.span());
  double worst = 0.0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const double expected = std::exp(static_cast<double>(x.data()[i]));
    worst = std::max(worst, std::fabs(static_cast<double>(y.data()[i]) - expected) / expected);
  }
  EXPECT_LE(worst, kExpError);
  EXPECT_GT(worst, 0.0);
}

TEST(VectorExp, EndsWhereFloatDoes) {
  Array<float> x(kRowColumnStep);
  Array<float> y(kRowColumnStep);
  std::fill(x.span().begin(), x.span().end(), -1000.0F);
  x.data()[0] = 0.0F;
  x.data()[1] = -86.5F;
  vector_exp(x.span(), y.span());
  EXPECT_EQ(y.data()[0], 1.0F);
  EXPECT_NEAR(static_cast<double>(y.data()[1]) / std::exp(-86.5), 1.0, kExpError);
  EXPECT_EQ(y.data()[2], y.data()[1]);
}

}  // namespace
}  // namespace assay
