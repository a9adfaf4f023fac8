#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>

#include "kernels/cuda/llm/attention_values.hpp"
#include "kernels/cuda/llm/card_weights.hpp"
#include "kernels/cuda/llm/llm_kernels.hpp"
#include "kernels/llm/decoder_weights.hpp"
#include "kernels/llm/llama_decoder.hpp"
#include "kernels/llm/token_choice.hpp"
#include "kernels/llm/weight_rows.hpp"

namespace assay::cuda {
namespace {

TEST(CudaValues, RoundToTheNearestOfE4m3TiesToEven) {
  EXPECT_EQ(f8_value(0x7e), 448.0F);
  EXPECT_EQ(f8_value(0x08), 0x1p-6F);
  EXPECT_EQ(f8_value(0x01), 0x1p-9F);
  EXPECT_TRUE(std::isnan(f8_value(0x7f)));
  for (int bits = 0; bits < 256; ++bits) {
    const float value = f8_value(static_cast<std::uint8_t>(bits));
    if (!std::isnan(value)) {
      EXPECT_EQ(f8_from(value), bits);
    }
  }
  for (int bits = 0; bits < 0x7e; ++bits) {
    const float low = f8_value(static_cast<std::uint8_t>(bits));
    const float high = f8_value(static_cast<std::uint8_t>(bits + 1));
    const float middle = (low + high) / 2;
    EXPECT_EQ(f8_from(middle), bits % 2 == 0 ? bits : bits + 1) << bits;
    EXPECT_EQ(f8_from(std::nextafter(middle, 0.0F)), bits);
    EXPECT_EQ(f8_from(std::nextafter(middle, 1e9F)), bits + 1);
  }
  EXPECT_EQ(f8_from(1e9F), 0x7e);
  EXPECT_EQ(f8_from(-INFINITY), 0xfe);
  EXPECT_EQ(f8_from(NAN), kNanF8);
}

TEST(CudaValues, TokensStandWhereAThreadFindsFourInARow) {
  std::set<std::uint32_t> rows;
  for (std::uint32_t token = 0; token < kTokensPerPage; ++token) {
    rows.insert(row_of_token(token));
    EXPECT_EQ(token_of_row(row_of_token(token)), token);
  }
  EXPECT_EQ(rows.size(), kTokensPerPage);
  for (std::uint32_t quad = 0; quad < 4; ++quad) {
    EXPECT_EQ(token_of_row(2 * quad), 4 * quad);
    EXPECT_EQ(token_of_row(2 * quad + 1), 4 * quad + 1);
    EXPECT_EQ(token_of_row(2 * quad + 8), 4 * quad + 2);
    EXPECT_EQ(token_of_row(2 * quad + 9), 4 * quad + 3);
  }
}

TEST(CudaValues, SplitsCoverEveryPageOnce) {
  for (const std::uint32_t tokens : {1U, 15U, 16U, 17U, 160U, 1000U, 8192U}) {
    for (const std::uint32_t splits : {1U, 2U, 7U, 64U}) {
      std::uint32_t next = 0;
      for (std::uint32_t split = 0; split < splits; ++split) {
        const PageRange range = pages_of_split(tokens, split, splits);
        EXPECT_EQ(range.first, std::min(next, (tokens + 15) / 16));
        EXPECT_EQ(range.first < range.end, split < splits_with_pages(tokens, splits));
        next = range.end;
      }
      EXPECT_EQ(next, (tokens + 15) / 16);
    }
  }
}

TEST(CudaValues, PartsOfASoftmaxJoin) {
  const std::array<double, 5> scores{3.0, -2.0, 7.5, 7.0, -40.0};
  SoftmaxPart whole{kNoScore, 0.0F};
  double sum = 0.0;
  for (const double score : scores) {
    whole = joined(whole, {static_cast<float>(score), 1.0F});
    sum += std::exp2(score - 7.5);
  }
  whole = joined(whole, {kNoScore, 0.0F});
  EXPECT_EQ(whole.largest, 7.5F);
  EXPECT_NEAR(whole.sum, sum, 1e-6);
  EXPECT_EQ(share_in({kNoScore, 0.0F}, 7.5F), 0.0F);
}

TEST(CudaValues, WeightsAreThoseOfTheCpusDecoder) {
  constexpr std::uint32_t kColumns = 512;
  std::vector<std::int16_t> levels(kColumns);
  const WeightRowName name{.seed = 0x123456789abcULL, .matrix = 2, .layer = 5, .row = 77};
  weight_levels(name, levels);
  for (std::uint32_t c = 0; c < kColumns / 4; ++c) {
    const RandomWords words = weight_words({name.seed, name.matrix, name.layer, name.row}, c);
    for (std::uint32_t j = 0; j < 4; ++j) {
      ASSERT_EQ(level_of_word(words.at[j]), levels[j * kColumns / 4 + c]);
    }
  }
  std::vector<BFloat16> expected(kColumns);
  bf16_weights(levels, 0.001, expected.data());
  for (std::uint32_t i = 0; i < kColumns; ++i) {
    EXPECT_EQ(bf16_weight(levels[i], 0.001F), expected[i].bits());
  }
  EXPECT_DOUBLE_EQ(kWeightLevelDeviation, kLevelDeviation);
}

TEST(CudaValues, ThereIsOneChecksumForBothDecoders) {
  struct Case {
    bool tied;
    WeightFormat weights;
    std::int32_t on_card;
  };
  for (const auto& [tied, format, code] :
       {Case{false, WeightFormat::bf16, ASSAY_LLM_BF16}, Case{true, WeightFormat::bf16, ASSAY_LLM_BF16},
        Case{false, WeightFormat::int4, ASSAY_LLM_INT4}}) {
    LlamaShape shape = *find_llama_shape("verify");
    shape.layers = 2;
    shape.hidden = 128;
    shape.heads = 2;
    shape.ffn = 256;
    shape.vocabulary = 256;
    shape.tied = tied;
    LlamaDecoder decoder({.shape = shape,
                          .formats = {.weights = format, .head = WeightFormat::bf16},
                          .held_layers = 2,
                          .page_count = 4,
                          .seed = 11});
    const AssayLlmShape on_card{2,
                                static_cast<std::uint32_t>(shape.hidden),
                                static_cast<std::uint32_t>(shape.heads),
                                static_cast<std::uint32_t>(shape.kv_heads),
                                static_cast<std::uint32_t>(shape.head_dim),
                                static_cast<std::uint32_t>(shape.ffn),
                                256,
                                512,
                                shape.tied ? 1 : 0,
                                shape.rope_theta,
                                shape.norm_epsilon};
    const CardWeights weights(on_card, code, 2, 11, nullptr);
    EXPECT_EQ(weights.checksum(), decoder.weights_checksum()) << tied << name_of(format);
  }
}

TEST(CudaValues, FilledE4m3IsWhatTheHostSaysOfIt) {
  const AssayLlmShape shape{1, 128, 2, 1, 64, 256, 256, 64, 0, 500'000.0, 1e-5};
  const CardWeights weights(shape, ASSAY_LLM_F8, 1, 3, nullptr);
  const CardMatrix& down = weights.matrix(LlmMatrix::down, 0);
  for (const std::uint32_t row : {0U, 1U, 127U}) {
    const std::vector<double> expected = weight_row({.seed = 3,
                                                     .words = LlmMatrix::down,
                                                     .layer = 0,
                                                     .row = row,
                                                     .columns = down.columns,
                                                     .format = MatrixFormat::f8,
                                                     .unit = weights.unit_of(LlmMatrix::down)});
    double largest = 0.0;
    for (std::uint32_t i = 0; i < down.columns; ++i) {
      const std::uint8_t bits = down.values.as<std::uint8_t>()[row * down.columns + i];
      EXPECT_EQ(static_cast<double>(f8_value(bits)) * static_cast<double>(down.scales.as<float>()[row]), expected[i]);
      largest = std::max(largest, std::fabs(static_cast<double>(f8_value(bits))));
    }
    EXPECT_EQ(largest, 448.0);
  }
}

TEST(CudaValues, TokensAreChosenByTheCpusRule) {
  constexpr std::uint32_t kVocabulary = 2048;
  std::vector<float> logits(2 * kVocabulary);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    // Few values, so that there are many equals.
    logits[i] = static_cast<float>(mixed(i) % 97) * 0.125F;
  }
  const std::array<std::uint32_t, 2> tokens{17, 900};
  const std::array<OutputEntry, 2> outputs{{{0, 40, 0, 0}, {1, 7, 0, 0}}};
  for (const float temperature : {0.0F, 0.8F}) {
    for (const std::uint32_t top_k : {1U, 5U, 64U}) {
      for (std::uint64_t seed = 0; seed < 4; ++seed) {
        std::array<std::uint32_t, 2> chosen{};
        launch_choose(nullptr, {logits.data(), outputs.data(), tokens.data(), chosen.data(), 2, kVocabulary,
                                temperature, top_k, seed});
        for (std::size_t i = 0; i < 2; ++i) {
          const TokenSampling sampling{.temperature = static_cast<double>(temperature), .top_k = top_k, .seed = seed};
          EXPECT_EQ(chosen[i], choose_token(std::span(logits).subspan(i * kVocabulary, kVocabulary), sampling,
                                            {.position = outputs[i].position, .last_token = tokens[i]}));
        }
      }
    }
  }
  logits[kVocabulary + 5] = NAN;
  std::array<std::uint32_t, 2> chosen{};
  launch_choose(nullptr, {logits.data(), outputs.data(), tokens.data(), chosen.data(), 2, kVocabulary, 0.0F, 1, 0});
  EXPECT_LT(chosen[0], kVocabulary);
  EXPECT_EQ(chosen[1], kNoIndex);
}

}  // namespace
}  // namespace assay::cuda
