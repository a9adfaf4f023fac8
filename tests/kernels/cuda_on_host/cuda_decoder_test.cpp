#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "kernels/cuda/llm/card_checks.hpp"
#include "kernels/cuda/llm/card_decoder.hpp"
#include "kernels/llm/llama_decoder.hpp"
#include "tests/kernels/cuda_on_host/product_support.hpp"
#include "tests/kernels/cuda_on_host/small_decoder.hpp"

namespace assay::cuda {
namespace {

class OuterScales {
 public:
  explicit OuterScales(bool known) { on_host::outer_scales_known() = known; }
  ~OuterScales() { on_host::outer_scales_known() = true; }
  OuterScales(const OuterScales&) = delete;
  OuterScales& operator=(const OuterScales&) = delete;
};

/// What a prompt and its answer are: the tokens chosen, the logits after each.
struct Answer {
  std::vector<std::uint32_t> tokens;
  std::vector<std::vector<float>> logits;
};

const std::array<std::uint32_t, 4> kTable{9, 2, 14, 5};

Answer answer_of(CardDecoder& decoder, std::vector<std::uint32_t> prompt, std::size_t count) {
  Answer answer;
  std::uint32_t position = 0;
  while (answer.tokens.size() < count) {
    const AssayLlmSequence sequence{
        prompt.data(), static_cast<std::uint32_t>(prompt.size()), position, kTable.data(), 4, 1, ASSAY_LLM_NO_INDEX};
    std::uint32_t next = 0;
    decoder.submit({&sequence, 1});
    (void)decoder.collect({&next, 1});
    answer.logits.emplace_back(decoder.shape().vocabulary);
    decoder.logits(0, answer.logits.back());
    answer.tokens.push_back(next);
    position += static_cast<std::uint32_t>(prompt.size());
    prompt.assign(1, next);
  }
  return answer;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0.0;
  double size = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
    size += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(difference / size);
}

std::vector<std::uint32_t> prompt_of(std::uint32_t length) {
  std::vector<std::uint32_t> tokens(length);
  for (std::uint32_t i = 0; i < length; ++i) {
    tokens[i] = static_cast<std::uint32_t>(mixed(i) % 512);
  }
  return tokens;
}

/// What the weights, the cache and the scales of a product are in; each value of each in one case at least.
struct Formats {
  const char* name;
  std::int32_t weights;
  std::int32_t kv;
  bool outer_scales;
};

class CudaDecoderFormats : public ::testing::TestWithParam<Formats> {};

TEST_P(CudaDecoderFormats, AgreesWithDoublePrecision) {
  const OuterScales scales(GetParam().outer_scales);
  AssayLlmOptions options = small_options();
  options.weights = GetParam().weights;
  options.kv = GetParam().kv;
  CardDecoder decoder(0, options);
  EXPECT_EQ(decoder.layers().product(LlmMatrix::qkv, 1).leaves_scales(), !GetParam().outer_scales);
  const AssayGpuCheck check = check_decoder(decoder, 5);
  EXPECT_EQ(check.passed, 1) << check.detail;
  EXPECT_GT(check.compared, 1000U);
}

INSTANTIATE_TEST_SUITE_P(Every, CudaDecoderFormats,
                         ::testing::Values(Formats{"Bf16", ASSAY_LLM_BF16, ASSAY_LLM_BF16, true},
                                           Formats{"F8WithOuterScales", ASSAY_LLM_F8, ASSAY_LLM_F8, true},
                                           Formats{"F8AndScalesLeft", ASSAY_LLM_F8, ASSAY_LLM_BF16, false}),
                         [](const auto& named) { return std::string(named.param.name); });

TEST(CudaDecoder, AgreesWithTheCpusDecoder) {
  const AssayLlmOptions options = small_options();
  CardDecoder decoder(0, options);
  LlamaShape shape = *find_llama_shape("verify");
  shape.hidden = 256;
  shape.ffn = 512;
  shape.vocabulary = 512;
  LlamaDecoder cpu({.shape = shape, .formats = {}, .page_count = 16, .most_tokens = 48, .most_outputs = 2, .seed = 7});
  const std::vector<std::uint32_t> prompt = prompt_of(19);
  const Answer answer = answer_of(decoder, prompt, 4);
  std::vector<std::uint32_t> tokens = prompt;
  std::uint32_t position = 0;
  for (std::size_t i = 0; i < answer.tokens.size(); ++i) {
    std::uint32_t next = 0;
    const SequenceStep sequence{.tokens = tokens, .position = position, .pages = kTable, .wants_token = true};
    cpu.step({.sequences = std::span(&sequence, 1), .next_tokens = std::span(&next, 1)});
    const auto logits = cpu.logits(0);
    EXPECT_LT(distance(answer.logits[i], {logits.begin(), logits.end()}), 1e-2) << i;
    position += static_cast<std::uint32_t>(tokens.size());
    tokens.assign(1, answer.tokens[i]);
  }
}

// Graphs, other kernels, prompts cut into passes and weights that several layers share change nothing but rounding.
TEST(CudaDecoder, GivesOneAnswerHoweverItIsComputed) {
  AssayLlmOptions options = small_options();
  CardDecoder plain(0, options);
  const Answer expected = answer_of(plain, prompt_of(30), 3);
  options.graphs = 1;
  CardDecoder graphs(0, options);
  const Answer by_graphs = answer_of(graphs, prompt_of(30), 3);
  EXPECT_EQ(by_graphs.tokens, expected.tokens);
  EXPECT_EQ(by_graphs.logits, expected.logits);
  options.graphs = 0;
  options.plain_attention = 1;
  CardDecoder scalar(0, options);
  options.plain_attention = 0;
  options.most_tokens = 16;
  CardDecoder cut(0, options);
  for (CardDecoder* const other : {&scalar, &cut}) {
    const Answer found = answer_of(*other, prompt_of(30), 1);
    EXPECT_LT(distance(found.logits[0], expected.logits[0]), 1e-2);
  }
}

TEST(CudaDecoder, TakesAStepWhoseTokensAreStillBeingChosen) {
  AssayLlmOptions options = small_options();
  options.graphs = 1;
  CardDecoder decoder(0, options);
  const std::vector<std::uint32_t> prompt = prompt_of(20);
  const Answer expected = answer_of(decoder, prompt, 3);
  const std::array<std::uint32_t, 2> other_table{0, 1};
  const std::uint32_t nothing = 0;
  const AssayLlmSequence part{prompt.data(), 3, 0, other_table.data(), 2, 0, ASSAY_LLM_NO_INDEX};
  const AssayLlmSequence first{prompt.data(), 20, 0, kTable.data(), 4, 1, ASSAY_LLM_NO_INDEX};
  const AssayLlmSequence second{&nothing, 1, 20, kTable.data(), 4, 1, 1};
  const AssayLlmSequence third{&nothing, 1, 21, kTable.data(), 4, 1, 0};
  const std::array<AssayLlmSequence, 2> step{part, first};
  std::array<std::uint32_t, 2> next{77, 77};
  decoder.submit(step);
  decoder.submit({&second, 1});
  EXPECT_THROW(decoder.submit({&third, 1}), GpuError);  // two are under way
  (void)decoder.collect(next);
  EXPECT_EQ(next[0], 77U);
  EXPECT_EQ(next[1], expected.tokens[0]);
  decoder.submit({&third, 1});
  (void)decoder.collect(next);
  EXPECT_EQ(next[0], expected.tokens[1]);
  (void)decoder.collect(next);
  EXPECT_EQ(next[0], expected.tokens[2]);
  EXPECT_THROW((void)decoder.collect(next), GpuError);
  const AssayLlmSequence wrong{&nothing, 1, 22, kTable.data(), 4, 1, 5};
  EXPECT_THROW(decoder.submit({&wrong, 1}), GpuError);
}

TEST(CudaDecoder, OneRankIsMadeAndNamed) {
  AssayLlmOptions options = small_options();
  options.shape.heads = 16;
  options.shape.kv_heads = 2;
  options.shape.ffn = 1024;
  options.shape.vocabulary = 1024;
  options.tp_shard = 2;
  options.graphs = 1;
  CardDecoder decoder(0, options);
  EXPECT_EQ(decoder.shape().heads, 8U);
  EXPECT_EQ(decoder.shape().vocabulary, 512U);
  const auto facts = decoder.facts();
  EXPECT_EQ(facts.at("memory plan"), "D");
  EXPECT_EQ(facts.at("plan label"), "one rank of TP2, communication emulated by a local kernel");
  const AssayGpuCheck check = check_decoder(decoder, 5);
  EXPECT_EQ(check.passed, 1) << check.detail;
}

// Weights that several layers share, a tied head, fewer than eight heads to a group.
TEST(CudaDecoder, OtherShapesAreCheckedToo) {
  AssayLlmOptions options = small_options();
  options.shape.layers = 3;
  options.held_layers = 2;
  options.shape.tied = 1;
  options.shape.head_dim = 128;
  options.shape.heads = 4;
  options.shape.kv_heads = 2;
  options.kv = ASSAY_LLM_F8;
  CardDecoder decoder(0, options);
  EXPECT_EQ(decoder.plan().letter, 'E');
  const AssayGpuCheck check = check_decoder(decoder, 9);
  EXPECT_EQ(check.passed, 1) << check.detail;
}

TEST(CudaDecoder, ACheckFindsAWrongWeight) {
  AssayLlmOptions options = small_options();
  options.shape.layers = 1;
  CardDecoder decoder(0, options);
  const CardMatrix& down = decoder.weights().matrix(LlmMatrix::down, 0);
  std::fill_n(down.values.as<std::uint16_t>(), std::size_t{down.rows} * down.columns, bf16_from(0.01F));
  EXPECT_EQ(check_decoder(decoder, 5).passed, 0);
}

}  // namespace
}  // namespace assay::cuda
