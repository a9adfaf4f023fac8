// The compiled bandwidth loops hold the loads, stores and FMAs that are declared: none merged, dropped or doubled.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "kernels/dial_loops.hpp"
#include "kernels/simd_choice.hpp"
#include "tests/kernels/disassembly.hpp"

namespace assay {
namespace {

struct ExpectedStreamLoop {
  std::string function;
  std::string registers;
  std::size_t loads = 0;
  std::size_t stores = 0;
  std::string store = "vmovapd";
};

std::ostream& operator<<(std::ostream& out, const ExpectedStreamLoop& loop) { return out << loop.function; }

/// Stores: instructions whose last operand is in memory.
std::size_t stores_of(const test_support::Code& loop, const std::string& mnemonic) {
  std::size_t stores = 0;
  for (const test_support::Instruction& instruction : loop) {
    stores += instruction.mnemonic == mnemonic && instruction.operands.ends_with(')') ? 1U : 0U;
  }
  return stores;
}

class StreamInstructions : public ::testing::TestWithParam<ExpectedStreamLoop> {};

TEST_P(StreamInstructions, AreWhatIsDeclared) {
  if (const std::string obstacle = test_support::disassembly_obstacle(); !obstacle.empty()) {
    GTEST_SKIP() << obstacle;
  }
  if (GetParam().function.starts_with("assay::N_SCALAR") && simd_choices().back().name != "scalar") {
    GTEST_SKIP() << "this Highway compiles no scalar loops";
  }
  const test_support::Code loop = test_support::innermost_loop(
      test_support::function_code(ASSAY_KERNELS_LIBRARY, GetParam().function), GetParam().loads + GetParam().stores);
  const std::size_t stores = stores_of(loop, GetParam().store);
  std::size_t accesses = 0;
  for (const test_support::Instruction& instruction : loop) {
    const bool wide = instruction.operands.find(GetParam().registers) != std::string::npos;
    accesses += instruction.accesses_memory() && wide ? 1U : 0U;
  }
  EXPECT_EQ(stores, GetParam().stores) << test_support::text_of(loop);
  EXPECT_EQ(accesses - stores, GetParam().loads) << test_support::text_of(loop);
  EXPECT_EQ(test_support::memory_accesses(loop), accesses) << test_support::text_of(loop);  // and nothing spilled
}

INSTANTIATE_TEST_SUITE_P(
    Targets, StreamInstructions,
    ::testing::Values(ExpectedStreamLoop{"assay::N_AVX2::load_1(", "%ymm", 8, 0},
                      ExpectedStreamLoop{"assay::N_AVX2::load_2(", "%ymm", 16, 0},
                      ExpectedStreamLoop{"assay::N_AVX2::load_3(", "%ymm", 24, 0},
                      ExpectedStreamLoop{"assay::N_AVX2::load_4(", "%ymm", 32, 0},
                      ExpectedStreamLoop{"assay::N_AVX2::store_regular(", "%ymm", 0, 8},
                      ExpectedStreamLoop{"assay::N_AVX2::update_regular(", "%ymm", 8, 8},
                      ExpectedStreamLoop{"assay::N_AVX2::copy_regular(", "%ymm", 8, 8},
                      ExpectedStreamLoop{"assay::N_AVX2::scale_regular(", "%ymm", 8, 8},
                      ExpectedStreamLoop{"assay::N_AVX2::add_regular(", "%ymm", 16, 8},
                      ExpectedStreamLoop{"assay::N_AVX2::triad_regular(", "%ymm", 16, 8},
                      ExpectedStreamLoop{"assay::N_AVX2::copy_streaming(", "%ymm", 8, 8, "vmovntpd"},
                      ExpectedStreamLoop{"assay::N_AVX2::triad_streaming(", "%ymm", 16, 8, "vmovntpd"},
                      ExpectedStreamLoop{"assay::N_AVX3::load_1(", "%zmm", 8, 0},
                      ExpectedStreamLoop{"assay::N_AVX3::update_regular(", "%zmm", 8, 8},
                      ExpectedStreamLoop{"assay::N_AVX3::triad_regular(", "%zmm", 16, 8},
                      ExpectedStreamLoop{"assay::N_SSE4::copy_regular(", "%xmm", 8, 8, "movaps"},
                      ExpectedStreamLoop{"assay::N_SCALAR::load_1(", "%r", 8, 0},
                      ExpectedStreamLoop{"assay::N_SCALAR::store_regular(", "%r", 0, 8, "mov"},
                      ExpectedStreamLoop{"assay::N_SCALAR::copy_regular(", "%r", 8, 8, "mov"},
                      ExpectedStreamLoop{"assay::N_SCALAR::triad_regular(", "%xmm", 16, 8, "movsd"}));

struct ExpectedDial {
  std::string target;
  std::string registers;
  std::size_t chains = 0;
};

std::ostream& operator<<(std::ostream& out, const ExpectedDial& expected) { return out << expected.target; }

class DialInstructions : public ::testing::TestWithParam<ExpectedDial> {};

template <class Real>
void expect_dial(const ExpectedDial& expected, std::size_t setting, const std::string& type,
                 const std::string& suffix) {
  const std::size_t eighths = dial_eighths<Real>(setting);
  SCOPED_TRACE(fmt::format("{} {} FMAs a load", type, static_cast<double>(eighths) / 8));
  const std::string name = fmt::format("void assay::{}::dial<{}ul, {}>", expected.target, eighths, type);
  const test_support::Code loop =
      test_support::innermost_loop(test_support::function_code(ASSAY_KERNELS_LIBRARY, name));
  std::size_t multiply_adds = 0;
  for (const char* const order : {"132", "213", "231"}) {
    multiply_adds += test_support::count_of(loop, std::string("vfmadd") + order + suffix, expected.registers);
  }
  const std::size_t loads = test_support::memory_accesses(loop);
  EXPECT_EQ(8 * multiply_adds, loads * eighths) << test_support::text_of(loop);
  EXPECT_GE(multiply_adds, eighths < 4 ? 6 : expected.chains) << test_support::text_of(loop);
}

TEST_P(DialInstructions, KeepTheProportion) {
  if (const std::string obstacle = test_support::disassembly_obstacle(); !obstacle.empty()) {
    GTEST_SKIP() << obstacle;
  }
  for (std::size_t setting = 0; setting < kDialIntensities.size(); ++setting) {
    expect_dial<double>(GetParam(), setting, "double", "pd");
    expect_dial<float>(GetParam(), setting, "float", "ps");
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, DialInstructions,
                         ::testing::Values(ExpectedDial{"N_AVX2", "%ymm", 12}, ExpectedDial{"N_AVX3", "%zmm", 16}),
                         [](const auto& given) { return given.param.target; });

}  // namespace
}  // namespace assay
