#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernels/cuda/llm/card_checks.hpp"
#include "kernels/cuda/llm/packed_product.hpp"
#include "kernels/cuda/llm/weight_values.hpp"
#include "kernels/llm/weight_rows.hpp"
#include "tests/kernels/cuda_on_host/product_support.hpp"
#include "tests/kernels/cuda_on_host/small_decoder.hpp"

namespace assay::cuda {
namespace {

using ::testing::HasSubstr;

/// Random weights of 4 bits, -7 to 7, with random scales.
struct Packed {
  Packed(std::uint32_t row_count, std::uint32_t column_count)
      : rows(row_count),
        columns(column_count),
        values(std::size_t{row_count} * column_count / 2),
        scales(std::size_t{row_count} * column_count / kInt4Group) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint64_t low = 1 + mixed(i) % 15;
      const std::uint64_t high = 1 + mixed(i + (1U << 20U)) % 15;
      values[i] = static_cast<std::uint8_t>(low | high << 4U);
    }
    for (std::size_t i = 0; i < scales.size(); ++i) {
      scales[i] = static_cast<float>(1 + mixed(i) % 1000) * 1e-3F;
    }
  }
  [[nodiscard]] PackedWeights view() const { return {values.data(), scales.data(), rows, columns}; }
  /// As kernels/llm packs them: WeightMatrix::dequantised_row().
  [[nodiscard]] double at(std::uint32_t row, std::uint32_t column) const {
    const std::size_t group = std::size_t{row} * (columns / kInt4Group) + column / kInt4Group;
    const std::uint32_t within = column % kInt4Group;
    const unsigned both = values[group * 64 + within % 64];
    return (static_cast<double>(within < 64 ? both & 15U : both >> 4U) - 8) * static_cast<double>(scales[group]);
  }

  std::uint32_t rows;
  std::uint32_t columns;
  std::vector<std::uint8_t> values;
  std::vector<float> scales;
};

std::vector<std::uint16_t> random_inputs(std::size_t count) {
  std::vector<std::uint16_t> bits(count);
  for (std::size_t i = 0; i < count; ++i) {
    bits[i] = bf16_from(static_cast<float>(static_cast<int>(mixed(i) % 2001) - 1000) * 1e-3F);
  }
  return bits;
}

TEST(CudaPacked, WeightsAreThoseOfTheCpusDecoder) {
  for (const std::uint32_t columns : {128U, 256U, 1152U}) {
    std::vector<std::int16_t> levels(columns);
    const WeightRowName name{.seed = 99, .matrix = 3, .layer = 1, .row = 40 + columns};
    weight_levels(name, levels);
    std::vector<std::uint8_t> packed(columns / 2);
    std::vector<float> scales(columns / kInt4Group);
    int4_weights(levels, 0.0017, packed.data(), scales.data());
    for (std::uint32_t group = 0; group < scales.size(); ++group) {
      int most = 1;
      for (std::uint32_t i = 0; i < kInt4Group; ++i) {
        const std::uint32_t column = group * kInt4Group + i;
        ASSERT_EQ(level_of_column({name.seed, name.matrix, name.layer, name.row}, columns, column), levels[column]);
        most = std::max(most, std::abs(static_cast<int>(levels[column])));
      }
      EXPECT_EQ(int4_scale(most, 0.0017), scales[group]);
      for (std::uint32_t i = 0; i < kInt4Group; ++i) {
        const unsigned both = packed[group * 64 + i % 64];
        ASSERT_EQ(int4_weight(levels[group * kInt4Group + i], most), i < 64 ? both & 15U : both >> 4U);
      }
    }
  }
}

// Every level that there is, of every group: the rounding of kernels/llm, which is in binary32.
TEST(CudaPacked, LevelsRoundAsOnTheCpu) {
  std::vector<std::int16_t> levels(kInt4Group);
  std::vector<std::uint8_t> packed(kInt4Group / 2);
  float scale = 0.0F;
  for (int most = 1; most <= 510; ++most) {
    for (int first = -most; first <= most; first += 127) {
      levels[0] = static_cast<std::int16_t>(most);
      for (int i = 1; i < 128; ++i) {
        levels[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(std::min(first + i - 1, most));
      }
      int4_weights(levels, 1.0, packed.data(), &scale);
      for (std::size_t i = 0; i < levels.size(); ++i) {
        const unsigned both = packed[i % 64];
        ASSERT_EQ(int4_weight(levels[i], most), i < 64 ? both & 15U : both >> 4U) << levels[i] << " of " << most;
      }
    }
  }
}

// Outputs that fill no tile, tokens that fill no tile, groups that the warps cannot share equally, fewer than warps,
// more than they hold at a time.
TEST(CudaPacked, EveryWayMultipliesRight) {
  for (const std::uint32_t groups : {1U, 9U, 27U}) {
    const Packed weights(80, groups * kInt4Group);
    for (const std::uint32_t rows : {1U, 9U, 33U}) {
      const std::vector<std::uint16_t> inputs = random_inputs(std::size_t{rows} * weights.columns);
      for (std::size_t way = 0; way < kPackedWays.size(); ++way) {
        std::vector<std::uint16_t> outputs(std::size_t{rows + 1} * weights.rows, 0xffff);
        launch_packed_product(nullptr, {weights.view(), inputs.data(), outputs.data(), rows}, way);
        for (std::uint32_t row = 0; row < rows; ++row) {
          for (std::uint32_t j = 0; j < weights.rows; ++j) {
            double sum = 0.0;
            double squares = 0.0;
            for (std::uint32_t k = 0; k < weights.columns; ++k) {
              const double term =
                  weights.at(j, k) * static_cast<double>(bf16_value(inputs[std::size_t{row} * weights.columns + k]));
              sum += term;
              squares += term * term;
            }
            const auto found = static_cast<double>(bf16_value(outputs[std::size_t{row} * weights.rows + j]));
            ASSERT_LE(std::fabs(found - sum), 1e-5 * std::sqrt(squares) + 0x1p-8 * std::fabs(sum))
                << "way " << way << ", row " << row << ", output " << j << ", groups " << groups;
          }
        }
        EXPECT_TRUE(std::all_of(outputs.end() - weights.rows, outputs.end(), [](auto bits) { return bits == 0xffff; }));
      }
    }
  }
}

TEST(CudaPacked, ATokenThatIsNoNumberSpoilsItsOwnRowAlone) {
  const Packed weights(16, kInt4Group);
  std::vector<std::uint16_t> inputs = random_inputs(std::size_t{3} * weights.columns);
  inputs[weights.columns + 5] = 0x7fc0;
  for (std::size_t way = 0; way < kPackedWays.size(); ++way) {
    std::vector<std::uint16_t> outputs(std::size_t{3} * weights.rows);
    launch_packed_product(nullptr, {weights.view(), inputs.data(), outputs.data(), 3}, way);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      EXPECT_EQ(std::isnan(bf16_value(outputs[i])), i / weights.rows == 1);
    }
  }
}

TEST(CudaPacked, UnpacksToTheNearestOfBf16) {
  const Packed weights(5, 3 * kInt4Group);
  std::vector<std::uint16_t> unpacked(std::size_t{5} * weights.columns, 0xffff);
  launch_unpack(nullptr, weights.view(), unpacked.data());
  for (std::uint32_t row = 0; row < weights.rows; ++row) {
    for (std::uint32_t k = 0; k < weights.columns; ++k) {
      ASSERT_EQ(unpacked[row * weights.columns + k], bf16_from(static_cast<float>(weights.at(row, k))));
    }
  }
}

TEST(CudaPacked, SlabsDivideTheMatrixAndFitTheirRoom) {
  const AssayLlmShape shape{80, 8192, 64, 8, 128, 28'672, 128'256, 8192, 0, 500'000.0, 1e-5};
  EXPECT_EQ(slab_rows(10'240, 8192), 2048U);
  EXPECT_EQ(slab_rows(57'344, 8192), 2048U);
  EXPECT_EQ(slab_rows(8192, 28'672), 512U);
  EXPECT_EQ(slab_rows(48, 128), 48U);
  EXPECT_EQ(slab_rows(16 * 7, 1U << 20U), 16U);
  EXPECT_EQ(slab_rows(2176, 8192), 128U) << "not 1088: its second slab's outputs would begin at no multiple of 256";
  EXPECT_EQ(slab_rows(2064, 8192), 688U) << "no multiple of 128 divides it";
  EXPECT_EQ(unpacked_bytes(shape), std::uint64_t{32} << 20U);
}

// The stand-in's algorithm relies on the alignment that it was told, as those that cuBLASLt offers do.
TEST(CudaPacked, AnAlgorithmIsToldHowTheOutputsOfSlabsLie) {
  EXPECT_EQ(slab_alignment(48, 48), 256U);
  EXPECT_EQ(slab_alignment(2176, 128), 256U);
  EXPECT_EQ(slab_alignment(2064, 688), 32U);
  constexpr std::uint32_t kRow = 48;
  constexpr std::uint32_t kSlab = 16;
  const std::vector<std::uint16_t> weights = random_inputs(std::size_t{kSlab} * kInt4Group);
  const std::vector<std::uint16_t> inputs = random_inputs(std::size_t{3} * kInt4Group);
  const DeviceMemory outputs(std::size_t{3} * kRow * sizeof(std::uint16_t));
  const auto slab_at = [&](std::uint32_t first) {
    return ProductOperands{weights.data(), nullptr, inputs.data(), nullptr, outputs.as<std::uint16_t>() + first};
  };
  const ProductOperands first = slab_at(0);
  ProductSize size{.rows = 3,
                   .outputs = kSlab,
                   .inputs = kInt4Group,
                   .output_stride = kRow,
                   .output_alignment = slab_alignment(kRow, kSlab)};
  const ProductLibrary library;
  const MatrixProduct told(library, size, std::span(&first, 1), nullptr);
  for (std::uint32_t at = 0; at < kRow; at += kSlab) {
    EXPECT_NO_THROW(told.run(slab_at(at), 3, nullptr)) << at;
  }
  size.output_alignment = 256;
  const MatrixProduct untold(library, size, std::span(&first, 1), nullptr);
  EXPECT_NO_THROW(untold.run(first, 3, nullptr));
  EXPECT_THROW(untold.run(slab_at(kSlab), 3, nullptr), GpuError);
}

TEST(CudaPacked, TheFastestWayIsTakenAndAllAreNamed) {
  const Packed weights(64, kInt4Group);
  const std::vector<std::uint16_t> inputs = random_inputs(std::size_t{16} * weights.columns);
  const DeviceMemory memory(std::size_t{16} * weights.rows * sizeof(std::uint16_t));
  const std::span outputs(memory.as<std::uint16_t>(), std::size_t{16} * weights.rows);
  std::vector<std::uint16_t> unpacked(std::size_t{64} * weights.columns);
  const ProductOperands operands{weights.values.data(), weights.scales.data(), inputs.data(), nullptr, outputs.data()};
  const ProductLibrary library;
  for (std::size_t fastest = 0; fastest <= kPackedWays.size(); ++fastest) {
    // The first time is that of cuBLASLt's only algorithm.
    std::size_t asked = 0;
    const on_host::EventClock clock([&] { return asked++ == fastest + 1 ? 0.5F : 2.0F; });
    const PackedProduct product(library, {.rows = 3, .outputs = 64, .inputs = weights.columns}, unpacked.data(),
                                std::span(&operands, 1), nullptr);
    EXPECT_EQ(product.chosen_way(), fastest);
    EXPECT_EQ(product.rounds_weights(fastest), fastest == kPackedWays.size());
    EXPECT_THAT(product.choice(),
                ::testing::StartsWith(fastest < kPackedWays.size() ? "own kernel, " : "unpacked to bf16"));
    EXPECT_THAT(product.choice(), HasSubstr(fastest == 0 ? "16 rows and 32 outputs, 2 groups held would take"
                                                         : "8 rows and 32 outputs, 2 groups held would take"));
    std::ranges::fill(outputs, 0xffff);
    product.run(operands, 3, nullptr);
    double sum = 0.0;
    for (std::uint32_t k = 0; k < weights.columns; ++k) {
      sum += weights.at(63, k) * static_cast<double>(bf16_value(inputs[2 * weights.columns + k]));
    }
    EXPECT_NEAR(static_cast<double>(bf16_value(outputs[2 * 64 + 63])), sum, 0.01 * std::fabs(sum) + 0.01);
  }
}

/// Smaller still, because a race asks for each product a dozen times.
AssayLlmOptions packed_decoder(std::int32_t kv) {
  AssayLlmOptions options = small_options();
  options.shape = {2, 128, 4, 1, 64, 256, 256, 512, 0, 500'000.0, 1e-5};
  options.weights = ASSAY_LLM_INT4;
  options.kv = kv;
  return options;
}

// Where unpacking wins every race; our kernel does in the next test.
TEST(CudaPacked, ADecoderAgreesWithDoublePrecisionInEveryWay) {
  AssayLlmOptions in_bf16 = packed_decoder(ASSAY_LLM_BF16);
  in_bf16.weights = ASSAY_LLM_BF16;
  CardDecoder other(0, in_bf16);
  const std::uint64_t with_one_way = check_decoder(other, 5).compared;
  float time = 1.0F;
  const on_host::EventClock clock([&] { return time *= 0.999F; });
  CardDecoder decoder(0, packed_decoder(ASSAY_LLM_BF16));
  EXPECT_EQ(decoder.layers().product(LlmMatrix::qkv, 40).chosen_way(), kPackedWays.size());
  const AssayGpuCheck check = check_decoder(decoder, 5);
  EXPECT_EQ(check.passed, 1) << check.detail;
  // Of four products every way, 64 outputs each.
  EXPECT_EQ(check.compared - with_one_way, 4 * 64 * kPackedWays.size());
  const auto facts = decoder.facts();
  EXPECT_EQ(facts.at("memory plan"), "C");
  EXPECT_EQ(facts.at("plan label"), "full, W4A16");
  EXPECT_THAT(facts.at("weight format"), HasSubstr("W4A16"));
  EXPECT_EQ(facts.at("activations"), "bf16");
  EXPECT_THAT(facts.at("product down of 48"), HasSubstr("own kernel"));
}

// One weight in 16 of one matrix, or the scales of its last rows: in the weights that all ways read.
TEST(CudaPacked, ACheckFindsAWrongWeightAndAWrongScale) {
  AssayLlmOptions options = packed_decoder(ASSAY_LLM_F8);
  options.shape.layers = 1;
  CardDecoder decoder(0, options);
  EXPECT_EQ(decoder.layers().product(LlmMatrix::qkv, 40).chosen_way(), 0U);
  EXPECT_EQ(check_decoder(decoder, 5).passed, 1);
  const CardMatrix& down = decoder.weights().matrix(LlmMatrix::down, 0);
  auto* const values = down.values.as<std::uint8_t>();
  for (std::size_t i = 0; i < down.values.bytes(); i += 8) {
    values[i] = static_cast<std::uint8_t>(values[i] ^ 0x07U);
  }
  EXPECT_EQ(check_decoder(decoder, 5).passed, 0);
  for (std::size_t i = 0; i < down.values.bytes(); i += 8) {
    values[i] = static_cast<std::uint8_t>(values[i] ^ 0x07U);
  }
  EXPECT_EQ(check_decoder(decoder, 5).passed, 1);
  auto* const scales = down.scales.as<float>();
  std::transform(scales, scales + down.scales.bytes() / sizeof(float), scales, [](float s) { return 1.1F * s; });
  EXPECT_EQ(check_decoder(decoder, 5).passed, 0);
}

TEST(CudaPacked, GraphsReplayAllOfIt) {
  AssayLlmOptions options = packed_decoder(ASSAY_LLM_BF16);
  options.shape.layers = 1;
  options.most_tokens = 16;
  options.most_outputs = 1;
  const std::vector<std::uint32_t> prompt{3, 99, 41, 7, 250, 12, 13, 14, 15, 16, 17, 18, 19, 20};
  const std::vector<std::uint32_t> pages{4, 2};
  std::vector<std::vector<float>> logits;
  for (const std::int32_t graphs : {0, 1}) {
    float time = 1.0F;
    const on_host::EventClock clock([&] { return time *= 0.999F; });  // unpacked slabs
    options.graphs = graphs;
    CardDecoder decoder(0, options);
    const AssayLlmSequence sequence{prompt.data(), 14, 0, pages.data(), 2, 1, ASSAY_LLM_NO_INDEX};
    std::uint32_t next = 0;
    decoder.submit({&sequence, 1});
    const AssayLlmTiming timing = decoder.collect({&next, 1});
    EXPECT_EQ(timing.graph_launches, graphs != 0 ? 2U : 0U);
    logits.emplace_back(decoder.shape().vocabulary);
    decoder.logits(0, logits.back());
  }
  EXPECT_EQ(logits[0], logits[1]);
}

}  // namespace
}  // namespace assay::cuda
