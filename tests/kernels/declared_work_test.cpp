// The declared work of each kernel is the number of operations that its loop does on a scalar that counts them.
#include <gtest/gtest.h>

#include <vector>

#include "kernels/fma.hpp"
#include "kernels/gemm.hpp"
#include "kernels/gemv.hpp"
#include "kernels/mlp.hpp"
#include "kernels/triad.hpp"
#include "tests/kernels/counting_scalar.hpp"

namespace assay {
namespace {

using testing::CountingScalar;

TEST(DeclaredWork, CountingScalarCountsEachOperationOnceAndComputes) {
  CountingScalar result;
  EXPECT_EQ(
      CountingScalar::operations_of([&result] { result = CountingScalar(2) * CountingScalar(5) + CountingScalar(1); }),
      2U);
  EXPECT_EQ(result.value(), 11.0);
}

TEST(DeclaredWork, TriadIsTwoFlopsAndThreeElements) {
  const Triad triad({.size = Bytes{3072}});
  const std::vector<double> b(128, 1.5);
  const std::vector<double> c(128, 2.0);
  std::vector<CountingScalar> a(128);
  const auto loop = [&] { reference_triad<CountingScalar, double>(b, 3.0, c, a); };
  EXPECT_EQ(CountingScalar::operations_of(loop), triad.work().count);
  EXPECT_EQ(a[77].value(), 7.5);
  EXPECT_EQ(triad.traffic().count, std::size_t{3} * 128 * sizeof(double));
}

template <class Real>
void expect_declared_fma_work() {
  const std::size_t chains = Fma<Real>::kChains;
  const std::vector<Real> seeds(chains, Real{1});
  std::vector<CountingScalar> results(chains);
  const FmaChainSet<Real> set{.iterations = 50, .factor = Real{0.5}, .addend = Real{1}};
  const auto loop = [&] { reference_fma_chains<CountingScalar, Real>(seeds, set, results); };
  EXPECT_EQ(CountingScalar::operations_of(loop), Fma<Real>(50).work().count);
  // Seed and result of each chain.
  EXPECT_EQ(Fma<Real>(50).traffic().count, 2 * chains * sizeof(Real));
}

TEST(DeclaredWork, FmaChainsInFloat) { expect_declared_fma_work<float>(); }
TEST(DeclaredWork, FmaChainsInDouble) { expect_declared_fma_work<double>(); }

TEST(DeclaredWork, GemmIsTwoNCubed) {
  const std::size_t n = 24;
  const std::vector<float> matrix(n * n, 1.0F);
  std::vector<CountingScalar> row(n);
  const auto loop = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      reference_gemm_row<CountingScalar, float>(std::span(matrix).subspan(i * n, n), matrix, row);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), Gemm<float>(n).work().count);
  EXPECT_EQ(row[0].value(), 24.0);
  EXPECT_EQ(Gemm<float>(n).traffic().count, 3 * n * n * 4);
  EXPECT_EQ(Gemm<double>(n).traffic().count, 3 * n * n * 8);
}

TEST(DeclaredWork, GemvIsTwoFlopsAWeight) {
  const Gemv<float> gemv({.size = Bytes{std::size_t{8} * 1024 * 4}});
  const std::vector<float> row(1024, 0.5F);
  const std::vector<float> x(1024, 2.0F);
  const auto loop = [&] {
    for (int i = 0; i < 8; ++i) {
      EXPECT_EQ((reference_dot<CountingScalar, float, float>(row, x).value()), 1024.0);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), gemv.work().count);
  EXPECT_EQ(gemv.traffic().count, (8U * 1024 + 1024 + 8) * 4);
  EXPECT_EQ(Gemv<BFloat16>({.size = Bytes{std::size_t{8} * 1024 * 2}}).traffic().count, 8U * 1024 * 2 + (1024 + 8) * 4);
}

TEST(DeclaredWork, GemvReadsItsWeightsOnceABatch) {
  const Gemv<float> gemv({.size = Bytes{std::size_t{8} * 1024 * 4}});
  EXPECT_EQ(gemv.traffic_of_batch(8).count, 8U * 1024 * 4 + 8 * (1024 + 8) * 4);
}

TEST(DeclaredWork, MlpCountsWeightsAndBiases) {
  const std::size_t width = 64;
  const Mlp mlp({.width = width, .layers = 3});
  const std::vector<float> weights(width * width, 0.25F);
  const std::vector<float> biases(width, 1.0F);
  const auto loop = [&] {
    std::vector<CountingScalar> x(width, CountingScalar(1));
    for (int layer = 0; layer < 3; ++layer) {
      x = reference_layer<CountingScalar>(weights, biases, x, layer < 2);
    }
  };
  EXPECT_EQ(CountingScalar::operations_of(loop), mlp.work().count);
  EXPECT_EQ(mlp.traffic().count, 4 * (3 * (width * width + width) + 2 * width));
  EXPECT_EQ(mlp.traffic_of_batch(32).count, 4 * (3 * (width * width + width) + std::size_t{32} * 2 * width));
}

}  // namespace
}  // namespace assay
