// Norm and gate on rows that are longer than what a block holds in registers, against double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/cuda/llm/float_formats.hpp"
#include "kernels/cuda/llm/llm_kernels.hpp"
#include "kernels/cuda/llm/step_entries.hpp"

namespace assay::cuda {
namespace {

float wave(std::size_t i) { return std::sin(0.7F * static_cast<float>(i)) * (1.0F + static_cast<float>(i % 5)); }

std::vector<std::uint16_t> bf16_waves(std::size_t count, std::size_t shift) {
  std::vector<std::uint16_t> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = bf16_from(wave(i + shift));
  }
  return values;
}

/// The input of a product as stored, in both formats.
struct StoredRow {
  explicit StoredRow(std::size_t size) : bytes(2 * size, 0xff) {}
  [[nodiscard]] ProductInputRows view(ActivationFormat format) { return {bytes.data(), &scale, format}; }

  void expect(const std::vector<double>& values, ActivationFormat format) const {
    const double largest =
        std::fabs(*std::ranges::max_element(values, {}, [](double value) { return std::fabs(value); }));
    if (format == ActivationFormat::f8) {
      EXPECT_NEAR(static_cast<double>(scale), largest / 448.0, 1e-4 * largest / 448.0);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double found =
          format == ActivationFormat::f8
              ? static_cast<double>(f8_value(bytes[i]) * scale)
              : static_cast<double>(bf16_value(reinterpret_cast<const std::uint16_t*>(bytes.data())[i]));
      const double rounding = format == ActivationFormat::f8 ? 0x1.1p-4 : 0x1.1p-8;
      ASSERT_NEAR(found, values[i], rounding * std::fabs(values[i]) + 1e-4 * largest) << "element " << i;
    }
  }

  std::vector<std::uint8_t> bytes;
  float scale = NAN;
};

constexpr ActivationFormat kFormats[] = {ActivationFormat::bf16, ActivationFormat::f8};

TEST(CudaRows, ALongRowIsNormalisedWhole) {
  constexpr std::uint32_t kSize = 9224;  // more than 8,192, and no multiple of what a block takes at a time
  const std::vector<std::uint16_t> delta = bf16_waves(2 * kSize, 3);
  for (const ActivationFormat format : kFormats) {
    for (const bool goes_on : {true, false}) {
      std::vector<float> hidden(2 * std::size_t{kSize});
      std::vector<float> gain(kSize);
      for (std::size_t i = 0; i < hidden.size(); ++i) {
        hidden[i] = wave(i);
      }
      for (std::size_t i = 0; i < kSize; ++i) {
        gain[i] = 1.0F + 0.25F * wave(i + 11);
      }
      const std::vector<float> before = hidden;
      const std::size_t row = goes_on ? 0 : 1;
      const OutputEntry output{1, 0, 0, 0};
      StoredRow stored(kSize);
      launch_norm(nullptr, {.hidden = hidden.data(),
                            .delta = {delta.data(), nullptr, nullptr},
                            .outputs = goes_on ? nullptr : &output,
                            .gain = gain.data(),
                            .input = stored.view(format),
                            .epsilon = 1e-5F,
                            .row_count = 1,
                            .size = kSize});
      std::vector<double> expected(kSize);
      double squares = 0.0;
      for (std::size_t i = 0; i < kSize; ++i) {
        const std::size_t at = row * kSize + i;
        const float sum = before[at] + bf16_value(delta[at]);
        EXPECT_EQ(hidden[at], goes_on ? sum : before[at]);
        expected[i] = static_cast<double>(sum);
        squares += expected[i] * expected[i];
      }
      const double factor = 1.0 / std::sqrt(squares / kSize + 1e-5);
      for (std::size_t i = 0; i < kSize; ++i) {
        expected[i] *= factor * static_cast<double>(gain[i]);
      }
      stored.expect(expected, format);
    }
  }
}

TEST(CudaRows, ALongRowIsGatedWhole) {
  constexpr std::uint32_t kSize = 30'004;  // more than 28,672
  const std::vector<std::uint16_t> pairs = bf16_waves(2 * std::size_t{kSize}, 1);
  std::vector<double> expected(kSize);
  for (std::size_t i = 0; i < kSize; ++i) {
    const auto gate = static_cast<double>(bf16_value(pairs[2 * i]));
    expected[i] = gate / (1.0 + std::exp(-gate)) * static_cast<double>(bf16_value(pairs[2 * i + 1]));
  }
  for (const ActivationFormat format : kFormats) {
    StoredRow stored(kSize);
    launch_gate(
        nullptr,
        {.pairs = {pairs.data(), nullptr, nullptr}, .input = stored.view(format), .row_count = 1, .size = kSize});
    stored.expect(expected, format);
  }
}

}  // namespace
}  // namespace assay::cuda
