#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/llm/decode_products.hpp"
#include "kernels/llm/decoder_weights.hpp"
#include "kernels/llm/philox.hpp"
#include "kernels/llm/token_choice.hpp"
#include "tests/kernels/allowed_cpus.hpp"
#include "tests/kernels/only_target.hpp"

namespace assay {
namespace {

using test_support::with_every_simd_target;

// The known answers that Random123 publishes for philox4x32-10.
TEST(Philox, GivesThePublishedWords) {
  EXPECT_EQ(Philox::words({0, 0, 0, 0}, {0, 0}), (Philox::Counter{0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U}));
  EXPECT_EQ(Philox::words({0xffffffffU, 0xffffffffU, 0xffffffffU, 0xffffffffU}, {0xffffffffU, 0xffffffffU}),
            (Philox::Counter{0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU}));
  EXPECT_EQ(Philox::words({0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U}, {0xa4093822U, 0x299f31d0U}),
            (Philox::Counter{0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U}));
}

TEST(WeightRows, AreSumsOfTheBytesOfPhiloxOnEveryInstructionSet) {
  const WeightRowName name{.seed = 0x0123456789abcdefULL, .matrix = 3, .layer = 5, .row = 70000};
  std::vector<std::int16_t> expected(640);
  for (std::uint32_t c = 0; c < 160; ++c) {
    const Philox::Counter words = Philox::words({c, 70000, 5, 3}, {0x89abcdefU, 0x01234567U});
    for (std::size_t j = 0; j < 4; ++j) {
      const std::uint32_t w = words[j];
      expected[j * 160 + c] =
          static_cast<std::int16_t>((w & 255U) + (w >> 8 & 255U) + (w >> 16 & 255U) + (w >> 24) - 510U);
    }
  }
  with_every_simd_target([&] {
    std::vector<std::int16_t> levels(640);
    weight_levels(name, levels);
    EXPECT_EQ(levels, expected);
  });
}

// Of a million: the mean within 5 of its standard errors, the variance within 1 %.
TEST(WeightRows, HaveTheStatedDeviation) {
  std::vector<std::int16_t> levels(8192);
  double sum = 0, squares = 0;
  for (std::uint32_t row = 0; row < 128; ++row) {
    weight_levels({.seed = 9, .row = row}, levels);
    for (const std::int16_t level : levels) {
      sum += level;
      squares += static_cast<double>(level) * level;
    }
  }
  const double count = 8192.0 * 128;
  EXPECT_NEAR(sum / count, 0, 5 * kLevelDeviation / std::sqrt(count));
  EXPECT_NEAR(squares / count / (kLevelDeviation * kLevelDeviation), 1, 0.01);
}

TEST(WeightRows, KeepTheirValuesToHalfAStepOfTheirFormat) {
  std::vector<std::int16_t> levels(256);
  weight_levels({.seed = 4, .row = 11}, levels);
  const double unit = 0.001;
  Array<std::byte> data(4096);
  Array<float> scales(8);
  for (const WeightFormat format : {WeightFormat::bf16, WeightFormat::int8, WeightFormat::int4}) {
    WeightMatrix matrix{.format = format, .rows = 4, .columns = 256, .weights = data.data(), .scales = scales.data()};
    std::vector<std::byte> row(512);
    double step = 0;
    if (format == WeightFormat::bf16) {
      bf16_weights(levels, unit, reinterpret_cast<BFloat16*>(row.data()));
    } else if (format == WeightFormat::int8) {
      scales.data()[2] = int8_weights(levels, unit, reinterpret_cast<std::int8_t*>(row.data()));
      step = static_cast<double>(scales.data()[2]);
    } else {
      int4_weights(levels, unit, reinterpret_cast<std::uint8_t*>(row.data()), scales.data() + 4);
      step = static_cast<double>(std::max(scales.data()[4], scales.data()[5]));
    }
    for (std::size_t chunk = 0; chunk < matrix.row_bytes() / kChunkBytes; ++chunk) {
      std::copy_n(row.data() + chunk * kChunkBytes, kChunkBytes,
                  data.data() + (matrix.chunk(2, chunk) - matrix.weights));
    }
    const std::vector<double> values = matrix.dequantised_row(2);
    for (std::size_t i = 0; i < 256; ++i) {
      const double exact = levels[i] * unit;
      EXPECT_NEAR(values[i], exact, step * 0.5001 + std::fabs(exact) * 0x1.0p-8) << name_of(format) << " " << i;
    }
  }
}

// Against sums in double of what is stored, for every number of tokens that has a tile of its own.
TEST(DecodeProducts, AreRightOnEveryInstructionSetAndTheSameInEveryBatch) {
  WorkerPool pool({});
  LlamaShape shape = *find_llama_shape("verify");
  shape.layers = 1;
  shape.vocabulary = 12;
  constexpr std::size_t kTokens = 19;
  for (const WeightFormat format : {WeightFormat::bf16, WeightFormat::int8, WeightFormat::int4}) {
    const DecoderWeights weights({.shape = shape, .formats = {.weights = format, .head = format}, .seed = 3}, pool);
    const WeightMatrix& matrix = weights.matrix(DecoderMatrix::down, 0);
    const std::size_t stride = PreparedInputs::stride_for(matrix.columns);
    Array<std::byte> bytes(kTokens * stride);
    Array<float> scales(kTokens), x(matrix.columns), workspace(matrix.columns);
    const PreparedInputs inputs{.data = bytes.data(), .scales = scales.data(), .stride = stride};
    with_every_simd_target([&] {
      for (std::size_t t = 0; t < kTokens; ++t) {
        for (std::size_t i = 0; i < matrix.columns; ++i) {
          x.data()[i] = static_cast<float>((i * 37 + t * 101) % 255) - 127.0F;
        }
        prepare_input(inputs, t, format, {.x = x.span(), .workspace = workspace.span()});
      }
      constexpr std::size_t kRows = 20;
      std::vector<float> all(kTokens * kRows, std::nanf(""));
      multiply_block({.matrix = &matrix,
                      .first_row = 8,
                      .rows = kRows,
                      .inputs = inputs,
                      .tokens = kTokens,
                      .outputs = all.data(),
                      .output_stride = kRows});
      std::vector<double> input(matrix.columns);
      for (std::size_t t = 0; t < kTokens; ++t) {
        read_input(inputs, t, format, input);
        for (std::size_t r = 0; r < kRows; ++r) {
          const std::vector<double> row = matrix.dequantised_row(8 + r);
          double expected = 0, squares = 0;
          for (std::size_t i = 0; i < row.size(); ++i) {
            expected += row[i] * input[i];
            squares += row[i] * input[i] * row[i] * input[i];
          }
          ASSERT_NEAR(static_cast<double>(all[t * kRows + r]), expected, 2e-5 * std::sqrt(squares))
              << name_of(format) << " token " << t << " row " << r;
        }
      }
      for (std::size_t tokens = 1; tokens < kTokens; ++tokens) {
        for (const std::size_t rows : {std::size_t{20}, std::size_t{16}}) {
          std::vector<float> some(tokens * rows, std::nanf(""));
          multiply_block({.matrix = &matrix,
                          .first_row = 8,
                          .rows = rows,
                          .inputs = inputs,
                          .tokens = tokens,
                          .outputs = some.data(),
                          .output_stride = rows});
          for (std::size_t t = 0; t < tokens; ++t) {
            for (std::size_t r = 0; r < rows; ++r) {
              ASSERT_EQ(some[t * rows + r], all[t * kRows + r]) << name_of(format) << " of " << tokens;
            }
          }
        }
      }
    });
  }
}

TEST(DecoderWeights, HaveOneChecksumWhoeverFillsThem) {
  const DecoderWeights::Options options{
      .shape = *find_llama_shape("verify"), .formats = {.weights = WeightFormat::int4}, .held_layers = 2, .seed = 8};
  WorkerPool one({}), three(test_support::one_cpu(3));
  const DecoderWeights alone(options, one), shared(options, three);
  EXPECT_EQ(alone.checksum(), shared.checksum());
  DecoderWeights::Options other = options;
  other.seed = 9;
  EXPECT_NE(DecoderWeights(other, one).checksum(), alone.checksum());
}

TEST(DecoderWeights, TakeTheBytesThatTheArithmeticOfTheShapeSays) {
  const LlamaShape& shape = *find_llama_shape("llama3-70b");
  const DecoderFormats formats{.weights = WeightFormat::int4, .head = WeightFormat::bf16};
  const Bytes gains{(2 * shape.layers + 1) * shape.hidden * 4};
  EXPECT_EQ(DecoderWeights::bytes(shape, formats, 80), shape.streamed_bytes(formats) + gains);
}

TEST(TokenChoice, TakesTheLargestAndTheLowerAmongEquals) {
  EXPECT_EQ(choose_token(std::array{1.0F, 3.0F, 2.0F, 3.0F}, {}, {}), 1U);
  const TokenSampling best{.temperature = 2.0, .top_k = 1};
  EXPECT_EQ(choose_token(std::array{1.0F, 3.0F, 2.0F, 3.0F}, best, {.position = 7, .last_token = 1}), 1U);
}

// Logits 0 and ln 3: probabilities 1/4 and 3/4; the third is not among the two best. 5 standard errors of 4000 draws.
TEST(TokenChoice, DrawsInProportionAndTheSameAgain) {
  const std::array logits{0.0F, std::log(3.0F), -9.0F};
  const TokenSampling sampling{.temperature = 1.0, .top_k = 2, .seed = 5};
  std::array<int, 3> counts{};
  for (std::uint32_t position = 0; position < 4000; ++position) {
    const std::uint32_t token = choose_token(logits, sampling, {.position = position, .last_token = 2});
    EXPECT_EQ(token, choose_token(logits, sampling, {.position = position, .last_token = 2}));
    ++counts[token];
  }
  EXPECT_NEAR(counts[1], 3000, 5 * std::sqrt(4000 * 0.75 * 0.25));
  EXPECT_EQ(counts[2], 0);
}

}  // namespace
}  // namespace assay
