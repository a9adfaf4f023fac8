// The compiled FMA loops hold one instruction for each chain: none merged, dropped or spilled to memory.
#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>

#include "tests/kernels/disassembly.hpp"

namespace assay {
namespace {

struct ExpectedFmaLoop {
  std::string function;
  std::string type;  ///< suffix of the right width: "pd"
  std::size_t chains = 0;
  std::string registers;
};

std::ostream& operator<<(std::ostream& out, const ExpectedFmaLoop& loop) { return out << loop.function; }

class FmaInstructions : public ::testing::TestWithParam<ExpectedFmaLoop> {};

TEST_P(FmaInstructions, OneForEachChain) {
  if (const std::string obstacle = test_support::disassembly_obstacle(); !obstacle.empty()) {
    GTEST_SKIP() << obstacle;
  }
  const test_support::Code loop =
      test_support::innermost_loop(test_support::function_code(ASSAY_KERNELS_LIBRARY, GetParam().function));
  std::size_t multiply_adds = 0;
  for (const char* const order : {"132", "213", "231"}) {
    multiply_adds +=
        test_support::count_of(loop, std::string("vfmadd") + order + GetParam().type, GetParam().registers);
  }
  EXPECT_EQ(multiply_adds, GetParam().chains);
  EXPECT_EQ(test_support::memory_accesses(loop), 0U);
  EXPECT_LE(loop.size(), GetParam().chains + 3) << test_support::text_of(loop);  // and what counts the iterations
}

INSTANTIATE_TEST_SUITE_P(Targets, FmaInstructions,
                         ::testing::Values(ExpectedFmaLoop{"assay::N_AVX2::fma_chains_f64", "pd", 12, "%ymm"},
                                           ExpectedFmaLoop{"assay::N_AVX2::fma_chains_f32", "ps", 12, "%ymm"},
                                           ExpectedFmaLoop{"assay::N_AVX3::fma_chains_f64", "pd", 16, "%zmm"},
                                           ExpectedFmaLoop{"assay::N_AVX3::fma_chains_f32", "ps", 16, "%zmm"}));

}  // namespace
}  // namespace assay
