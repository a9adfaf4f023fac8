// What the GPU's library computes on both sides: its inputs, and how it reads settings. No CUDA.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "kernels/cuda/gpu_error.hpp"
#include "kernels/cuda/input_pattern.hpp"
#include "kernels/cuda/settings.hpp"

namespace assay::cuda {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(GpuInputs, FloatsAndDoublesAreTheBitsThatTheFormatSays) {
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const std::uint64_t random = random_bits_at(1, i);
    EXPECT_EQ(value_of_bits(kFormatF64, element_bits(kFormatF64, random)),
              std::bit_cast<double>(element_bits(kFormatF64, random)));
    const auto tf32 = static_cast<std::uint32_t>(element_bits(kFormatTf32, random));
    EXPECT_EQ(value_of_bits(kFormatTf32, tf32), static_cast<double>(std::bit_cast<float>(tf32)));
    EXPECT_EQ(tf32 & 0x1fffU, 0U) << "what a tf32 unit would drop";
    const auto bf16 = static_cast<std::uint32_t>(element_bits(kFormatBf16, random));
    EXPECT_EQ(value_of_bits(kFormatBf16, bf16), static_cast<double>(std::bit_cast<float>(bf16 << 16U)));
  }
}

TEST(GpuInputs, NarrowFormatsByHand) {
  EXPECT_EQ(value_of_bits(kFormatF16, 0x3c00), 1.0);
  EXPECT_EQ(value_of_bits(kFormatF16, 0xb800), -0.5);
  EXPECT_EQ(value_of_bits(kFormatF16, 0x3e00), 1.5);
  EXPECT_EQ(value_of_bits(kFormatF8, 0x38), 1.0);      // e4m3: exponent 7 is 2^0
  EXPECT_EQ(value_of_bits(kFormatF8, 0xb1), -0.5625);  // -(1 + 1/8) / 2
  EXPECT_EQ(value_of_bits(kFormatI8, 0x81), -127.0);
}

TEST(GpuInputs, AreNeverZeroNorOutOfRangeAndHaveTheStatedSquare) {
  for (const NumberFormat& format : {kFormatF64, kFormatTf32, kFormatBf16, kFormatF16, kFormatF8}) {
    double squares = 0.0;
    constexpr std::uint64_t kDrawn = 200'000;
    for (std::uint64_t i = 0; i < kDrawn; ++i) {
      const double value = value_of_bits(format, element_bits(format, random_bits_at(7, i)));
      ASSERT_GE(std::abs(value), 0.125);
      ASSERT_LT(std::abs(value), 2.0);
      squares += value * value;
    }
    EXPECT_NEAR(squares / kDrawn, mean_square_of(format), 0.1 * mean_square_of(format)) << format.mantissa_bits;
  }
  double squares = 0.0;
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    const double value = value_of_bits(kFormatI8, element_bits(kFormatI8, random_bits_at(7, i)));
    ASSERT_LE(std::abs(value), 127.0);
    squares += value * value;
  }
  EXPECT_NEAR(squares / 200'000, mean_square_of(kFormatI8), 0.02 * mean_square_of(kFormatI8));
}

TEST(GpuInputs, UniformIsExactInSinglePrecisionAndStreamsDiffer) {
  double sum = 0.0;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const double value = uniform_at(3, i);
    ASSERT_GE(value, -1.0);
    ASSERT_LT(value, 1.0);
    ASSERT_EQ(value, static_cast<double>(static_cast<float>(value)));
    sum += value;
  }
  EXPECT_NEAR(sum / 100'000, 0.0, 0.01);
  EXPECT_NE(stream_seed(1, 0, 1), stream_seed(1, 0, 2));
  EXPECT_NE(stream_seed(1, 0, 1), stream_seed(1, 1, 1));
  EXPECT_NE(stream_seed(1, 0, 1), stream_seed(2, 0, 1));
}

std::string refusal(const Settings& settings) {
  try {
    const SettingReader reader("gpu_x", settings, {"size", "n", "mode"});
    (void)reader.size("size");
    (void)reader.count("n", 5, 1, 100);
    (void)reader.choice("mode", {"fast", "slow"});
  } catch (const GpuError& error) {
    EXPECT_EQ(error.code(), ASSAY_GPU_BAD_ARGUMENT);
    return error.what();
  }
  return {};
}

TEST(GpuSettings, AreReadAndTheirDefaultsTaken) {
  const Settings settings{{"size", "3MiB"}, {"n", "7"}, {"mode", "slow"}};
  const SettingReader reader("gpu_x", settings, {"size", "n", "mode"});
  EXPECT_EQ(reader.size("size"), 3U << 20U);
  EXPECT_EQ(reader.count("n", 5, 1, 100), 7U);
  EXPECT_EQ(reader.choice("mode", {"fast", "slow"}), "slow");
  const Settings none;
  const SettingReader defaults("gpu_x", none, {"size", "n", "mode"});
  EXPECT_EQ(defaults.size("size"), 0U);
  EXPECT_EQ(defaults.count("n", 5, 1, 100), 5U);
  EXPECT_EQ(defaults.choice("mode", {"fast", "slow"}), "fast");
}

TEST(GpuSettings, NamePlaceValueAndWhatIsAccepted) {
  EXPECT_THAT(refusal({{"speed", "1"}}), AllOf(HasSubstr("no parameter 'speed'"), HasSubstr("size, n, mode")));
  EXPECT_THAT(refusal({{"n", "0"}}), AllOf(HasSubstr("n=0"), HasSubstr("from 1 to 100")));
  EXPECT_THAT(refusal({{"n", "-1"}}), HasSubstr("n=-1"));
  EXPECT_THAT(refusal({{"n", "7x"}}), HasSubstr("n=7x"));
  EXPECT_THAT(refusal({{"mode", "Fast"}}), HasSubstr("expected fast, slow"));
  for (const char* bad : {"", "MiB", "3 MiB", "3mb", "0", "-3", "99999999999999999999", "99999999TiB"}) {
    EXPECT_THAT(refusal({{"size", bad}}), HasSubstr("expected bytes")) << bad;
  }
}

TEST(GpuError, NothingLeavesAFunctionOfTheInterface) {
  AssayGpuStatus status{};
  EXPECT_EQ(guarded(&status, [] {}), ASSAY_GPU_OK);
  EXPECT_EQ(guarded(&status, [] { throw GpuError(ASSAY_GPU_UNSUPPORTED, "no"); }), ASSAY_GPU_UNSUPPORTED);
  EXPECT_STREQ(static_cast<const char*>(status.message), "no");
  EXPECT_EQ(guarded(&status, [] { throw std::bad_alloc(); }), ASSAY_GPU_NO_MEMORY);
  EXPECT_EQ(guarded(&status, [] { throw 7; }), ASSAY_GPU_FAILED);
  EXPECT_EQ(guarded(&status, [] { throw GpuError(ASSAY_GPU_FAILED, std::string(5000, 'x')); }), ASSAY_GPU_FAILED);
  EXPECT_EQ(std::strlen(static_cast<const char*>(status.message)), sizeof status.message - 1);
}

}  // namespace
}  // namespace assay::cuda
