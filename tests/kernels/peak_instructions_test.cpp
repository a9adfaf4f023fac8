// The loops of `peak` hold what their shape declares: each step of each chain once, and no memory but the factor.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "kernels/peak_chains.hpp"
#include "tests/kernels/disassembly.hpp"

namespace assay {
namespace {

struct ExpectedLoop {
  std::string function;
  std::string product;  ///< mnemonic; empty where the mix has none
  std::string sum;
  std::string registers;
  PeakMix mix = PeakMix::fma;
};

std::ostream& operator<<(std::ostream& out, const ExpectedLoop& loop) { return out << loop.function; }

class PeakInstructions : public ::testing::TestWithParam<ExpectedLoop> {};

TEST_P(PeakInstructions, OneForEachStepOfEachChain) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the loops in assembly are written for x86-64 only";
#endif
  if (const std::string obstacle = test_support::disassembly_obstacle(); !obstacle.empty()) {
    GTEST_SKIP() << obstacle;
  }
  const ExpectedLoop& expected = GetParam();
  const PeakShape shape = shape_of(expected.mix);
  const test_support::Code loop = test_support::innermost_loop(
      test_support::function_code(ASSAY_KERNELS_LIBRARY, "assay::(anonymous namespace)::" + expected.function + "("));
  const std::size_t products = shape.product_chains * shape.product_steps;
  const std::size_t sums = shape.sum_chains * shape.sum_steps;
  if (products > 0) {
    EXPECT_EQ(test_support::count_of(loop, expected.product, expected.registers), products);
  }
  if (sums > 0) {
    EXPECT_EQ(test_support::count_of(loop, expected.sum, expected.registers), sums);
  }
  // The mixed loops take the factor from memory.
  EXPECT_EQ(test_support::memory_accesses(loop), products > 0 && sums > 0 ? products : 0U)
      << test_support::text_of(loop);
  EXPECT_EQ(loop.size(), products + sums + 2);
}

INSTANTIATE_TEST_SUITE_P(
    Loops, PeakInstructions,
    ::testing::Values(ExpectedLoop{"sse_fma_sd", "vfmadd213sd", "", "%xmm", PeakMix::fma},
                      ExpectedLoop{"sse_add_ss", "", "addss", "%xmm", PeakMix::add},
                      ExpectedLoop{"sse_mul_add_pd", "mulpd", "addpd", "%xmm", PeakMix::mul_add},
                      ExpectedLoop{"avx2_fma_pd", "vfmadd213pd", "", "%ymm", PeakMix::fma},
                      ExpectedLoop{"avx2_fma_ps", "vfmadd213ps", "", "%ymm", PeakMix::fma},
                      ExpectedLoop{"avx2_fma_add_pd", "vfmadd132pd", "vaddpd", "%ymm", PeakMix::fma_add},
                      ExpectedLoop{"avx2_mul_add_ps", "vmulps", "vaddps", "%ymm", PeakMix::mul_add},
                      ExpectedLoop{"avx512_fma_pd", "vfmadd213pd", "", "%zmm", PeakMix::fma},
                      ExpectedLoop{"avx512_fma_add_ps", "vfmadd132ps", "vaddps", "%zmm", PeakMix::fma_add},
                      ExpectedLoop{"avx512_add_pd", "", "vaddpd", "%zmm", PeakMix::add}),
    [](const auto& given) { return given.param.function; });

}  // namespace
}  // namespace assay
