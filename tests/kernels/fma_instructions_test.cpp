// The compiled FMA loops hold one instruction for each chain: none merged, dropped or spilled to memory.
#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>

#include "tests/kernels/disassembly.hpp"

namespace assay {
namespace {

struct ExpectedLoop {
  std::string function;
  std::string type;  ///< suffix of the right width: "pd"
  std::size_t chains = 0;
  std::string registers;
};

std::ostream& operator<<(std::ostream& out, const ExpectedLoop& loop) { return out << loop.function; }

class FmaInstructions : public ::testing::TestWithParam<ExpectedLoop> {};

TEST_P(FmaInstructions, OneForEachChain) {
  if (const std::string obstacle = testing::disassembly_obstacle(); !obstacle.empty()) {
    GTEST_SKIP() << obstacle;
  }
  const testing::Code loop =
      testing::innermost_loop(testing::function_code(ASSAY_KERNELS_LIBRARY, GetParam().function));
  std::size_t multiply_adds = 0;
  for (const char* const order : {"132", "213", "231"}) {
    multiply_adds += testing::count_of(loop, std::string("vfmadd") + order + GetParam().type, GetParam().registers);
  }
  EXPECT_EQ(multiply_adds, GetParam().chains);
  EXPECT_EQ(testing::memory_accesses(loop), 0U);
  EXPECT_LE(loop.size(), GetParam().chains + 3) << testing::text_of(loop);  // and what counts the iterations
}

INSTANTIATE_TEST_SUITE_P(Targets, FmaInstructions,
                         ::testing::Values(ExpectedLoop{"assay::N_AVX2::fma_chains_f64", "pd", 12, "%ymm"},
                                           ExpectedLoop{"assay::N_AVX2::fma_chains_f32", "ps", 12, "%ymm"},
                                           ExpectedLoop{"assay::N_AVX3::fma_chains_f64", "pd", 16, "%zmm"},
                                           ExpectedLoop{"assay::N_AVX3::fma_chains_f32", "ps", 16, "%zmm"}));

}  // namespace
}  // namespace assay
