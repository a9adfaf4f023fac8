// The loops of dot_peak hold what they are said to hold: each instruction once for each accumulator, and no memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "kernels/dot_peak_loops.hpp"
#include "tests/kernels/disassembly.hpp"

namespace assay {
namespace {

struct ExpectedLoop {
  std::string function;
  std::vector<std::string> instructions;  ///< of one step of an accumulator
  std::string registers;
  std::size_t accumulators = 0;
  std::size_t operations = 0;  ///< of one step of an accumulator, by hand
};

std::ostream& operator<<(std::ostream& out, const ExpectedLoop& loop) { return out << loop.function; }

/// Lanes of 16 bits: two products and one sum. Lanes of 32 bits: 4 products of bytes or 2 of bfloat16, each added; in
/// tiles, 16 x 16 lanes of 64 or 32 products.
std::vector<ExpectedLoop> expected_loops() {
  return {{"i8_avx2_maddubs", {"vpmaddubsw"}, "%ymm", 12, 48},
          {"i8_avx2_dot", {"vpmaddubsw", "vpmaddwd", "vpaddd"}, "%ymm", 6, 64},
          {"i8_avx_vnni_dot", {"{vex} vpdpbusd"}, "%ymm", 12, 64},
          {"i8_avx512_vnni_dot", {"vpdpbusd"}, "%zmm", 12, 128},
          {"i8_amx_dot", {"tdpbssd"}, "%tmm", 4, 32768},
          {"bf16_avx512_bf16_dot", {"vdpbf16ps"}, "%zmm", 12, 64},
          {"bf16_amx_dot", {"tdpbf16ps"}, "%tmm", 4, 16384}};
}

std::string text_of(const test_support::Instruction& instruction) {
  return instruction.mnemonic + " " + instruction.operands;
}

/// How many instructions are `name`, with an encoding in braces before it or none, on such registers.
std::size_t count(const test_support::Code& loop, const std::string& name, const std::string& registers) {
  return static_cast<std::size_t>(std::ranges::count_if(loop, [&](const test_support::Instruction& instruction) {
    const std::string text = text_of(instruction);
    return text.starts_with(name + " ") && text.find(registers) != std::string::npos;
  }));
}

/// Which accumulators the loop writes: the last register of each of `instructions`.
std::vector<std::string> written(const test_support::Code& loop, const std::string& name) {
  std::vector<std::string> registers;
  for (const test_support::Instruction& instruction : loop) {
    if (text_of(instruction).starts_with(name + " ")) {
      registers.push_back(instruction.operands.substr(instruction.operands.rfind('%')));
    }
  }
  std::ranges::sort(registers);
  return registers;
}

/// The innermost loop of a function of the kernels' sources.
test_support::Code loop_of(const std::string& function) {
  return test_support::innermost_loop(
      test_support::function_code(ASSAY_KERNELS_LIBRARY, "assay::(anonymous namespace)::" + function + "("));
}

class DotPeakInstructions : public ::testing::TestWithParam<ExpectedLoop> {};

TEST_P(DotPeakInstructions, OneForEachAccumulator) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the loops in assembly are written for x86-64 only";
#endif
  if (const std::string obstacle = test_support::disassembly_obstacle(); !obstacle.empty()) {
    GTEST_SKIP() << obstacle;
  }
  const ExpectedLoop& expected = GetParam();
  const test_support::Code loop = loop_of(expected.function);
  for (const std::string& instruction : expected.instructions) {
    EXPECT_EQ(count(loop, instruction, expected.registers), expected.accumulators) << instruction;
    const std::vector<std::string> registers = written(loop, instruction);
    EXPECT_EQ(std::ranges::adjacent_find(registers), registers.end()) << instruction << " writes a register twice";
  }
  EXPECT_EQ(test_support::memory_accesses(loop), 0U);
  EXPECT_EQ(test_support::count_of(loop, "dec") + test_support::count_of(loop, "jne"), 2U);
  EXPECT_EQ(loop.size(), expected.accumulators * expected.instructions.size() + 2);
}

INSTANTIATE_TEST_SUITE_P(Loops, DotPeakInstructions, ::testing::ValuesIn(expected_loops()),
                         [](const auto& given) { return given.param.function; });

// What no test computes on a processor without these extensions: which operand is which. Right, left, accumulator.
TEST(DotPeakOperands, AreInTheirOrder) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the loops in assembly are written for x86-64 only";
#endif
  if (const std::string obstacle = test_support::disassembly_obstacle(); !obstacle.empty()) {
    GTEST_SKIP() << obstacle;
  }
  const auto texts_of = [](const std::string& function) {
    std::vector<std::string> texts;
    for (const test_support::Instruction& instruction : loop_of(function)) {
      texts.push_back(text_of(instruction));
    }
    return texts;
  };
  EXPECT_THAT(texts_of("i8_avx_vnni_dot"), ::testing::Contains("{vex} vpdpbusd %ymm13,%ymm12,%ymm11"));
  EXPECT_THAT(texts_of("i8_avx512_vnni_dot"), ::testing::Contains("vpdpbusd %zmm13,%zmm12,%zmm11"));
  for (const auto& [function, instruction] :
       {std::pair<std::string, std::string>{"i8_amx_dot", "tdpbssd"}, {"bf16_amx_dot", "tdpbf16ps"}}) {
    EXPECT_THAT(texts_of(function),
                ::testing::IsSupersetOf({instruction + " %tmm6,%tmm4,%tmm0", instruction + " %tmm7,%tmm4,%tmm1",
                                         instruction + " %tmm6,%tmm5,%tmm2", instruction + " %tmm7,%tmm5,%tmm3"}));
  }
}

TEST(DotPeakInstructionsTable, DeclaresWhatTheLoopsHold) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the expected instructions are written down for x86-64 only";
#endif
  std::vector<ExpectedLoop> expected = expected_loops();
  const auto loops = native_dot_peak_loops();
  for (const DotPeakLoop& loop : loops) {
    const std::string function =
        std::string(loop.dtype) + "_" + std::string(loop.simd) + "_" + std::string(name_of(loop.mix));
    const auto found = std::ranges::find(expected, function, &ExpectedLoop::function);
    ASSERT_NE(found, expected.end()) << function;
    EXPECT_EQ(loop.accumulators, found->accumulators) << function;
    EXPECT_EQ(loop.operations(), found->accumulators * found->operations) << function;
    expected.erase(found);
  }
  EXPECT_TRUE(expected.empty());
}

TEST(DotPeakInstructionsScalar, SixteenProductsAndNoMemory) {
#if !defined(__x86_64__)
  GTEST_SKIP() << "the expected instructions are written down for x86-64 only";
#endif
  if (const std::string obstacle = test_support::disassembly_obstacle(); !obstacle.empty()) {
    GTEST_SKIP() << obstacle;
  }
  const test_support::Code loop = loop_of("scalar_dot");
  EXPECT_EQ(test_support::count_of(loop, "imul"), 16U);
  EXPECT_EQ(test_support::memory_accesses(loop), 0U);
}

}  // namespace
}  // namespace assay
