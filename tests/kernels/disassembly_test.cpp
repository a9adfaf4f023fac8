#include "tests/kernels/disassembly.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace assay::test_support {
namespace {

const Code kTwoLoops{{0x00, "xor", "%eax,%eax"},
                     {0x02, "vaddpd", "(%rdi),%ymm0,%ymm0"},
                     {0x06, "lea", "0x8(%rdi),%rdi"},
                     {0x0a, "vaddpd", "%ymm1,%ymm0,%ymm0"},
                     {0x0e, "dec", "%rcx"},
                     {0x11, "jne", "a"},
                     {0x13, "jmp", "*%rax"},
                     {0x15, "dec", "%rdx"},
                     {0x18, "jne", "2"},
                     {0x1a, "ret", ""}};

TEST(Disassembly, InnermostLoopIsTheShortest) {
  const Code loop = innermost_loop(kTwoLoops);
  EXPECT_EQ(text_of(loop), "vaddpd %ymm1,%ymm0,%ymm0\ndec %rcx\njne a\n");
  EXPECT_EQ(innermost_loop(kTwoLoops, 1).size(), 8U);
  EXPECT_TRUE(innermost_loop(kTwoLoops, 2).empty());
  EXPECT_TRUE(innermost_loop({{0x00, "jne", "4"}, {0x04, "ret", ""}}).empty());
}

TEST(Disassembly, CountsByMnemonicAndOperand) {
  EXPECT_EQ(count_of(kTwoLoops, "vaddpd"), 2U);
  EXPECT_EQ(count_of(kTwoLoops, "vaddpd", "%ymm1"), 1U);
  EXPECT_EQ(count_of(kTwoLoops, "vadd"), 0U);
  EXPECT_EQ(memory_accesses(kTwoLoops), 1U);  // lea touches nothing
}

TEST(Disassembly, AnUnknownOrAmbiguousNameIsAnError) {
  if (const std::string obstacle = disassembly_obstacle(); !obstacle.empty()) {
    GTEST_SKIP() << obstacle;
  }
  EXPECT_THROW((void)function_code(ASSAY_KERNELS_LIBRARY, "assay::no_such_function"), std::runtime_error);
  EXPECT_THROW((void)function_code(ASSAY_KERNELS_LIBRARY, "assay::"), std::runtime_error);
  EXPECT_FALSE(function_code(ASSAY_KERNELS_LIBRARY, "assay::N_AVX2::triad_regular").empty());
}

}  // namespace
}  // namespace assay::test_support
