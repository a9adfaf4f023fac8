#include "kernels/llm/llama_decoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/kernels/allowed_cpus.hpp"
#include "tests/kernels/only_target.hpp"

namespace assay {
namespace {

DecoderOptions options_of(WeightFormat weights, KvFormat kv) {
  return {.shape = *find_llama_shape("verify"),
          .formats = {.weights = weights, .head = weights, .kv = kv},
          .page_count = 16,
          .most_tokens = 32,
          .most_outputs = 8,
          .cpus = test_support::two_cpus(),
          .seed = 77};
}

std::vector<std::uint32_t> prompt_of(std::size_t length, std::uint32_t first) {
  std::vector<std::uint32_t> tokens(length);
  for (std::size_t i = 0; i < length; ++i) {
    tokens[i] = static_cast<std::uint32_t>((first + i * 97) % 1024);
  }
  return tokens;
}

/// Feeds prompts and takes answers, one step at a time.
class Session {
 public:
  explicit Session(LlamaDecoder& decoder) : decoder_(decoder) {}

  struct Sequence {
    std::vector<std::uint32_t> tokens;
    std::vector<std::uint32_t> pages;
    std::uint32_t position = 0;
    bool wants_token = true;
  };
  std::vector<std::uint32_t> step(std::span<Sequence> sequences) {
    std::vector<SequenceStep> steps;
    for (const Sequence& s : sequences) {
      steps.push_back({.tokens = s.tokens, .position = s.position, .pages = s.pages, .wants_token = s.wants_token});
    }
    std::vector<std::uint32_t> next(steps.size(), 99999);
    const DecoderStep step{.sequences = steps, .next_tokens = next};
    EXPECT_EQ(decoder_.problem_of(step), "");
    decoder_.step(step);
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      sequences[i].position += static_cast<std::uint32_t>(sequences[i].tokens.size());
    }
    return next;
  }
  [[nodiscard]] std::vector<float> logits(std::size_t sequence) const {
    const std::span<const float> of = decoder_.logits(sequence);
    return {of.begin(), of.end()};
  }

 private:
  LlamaDecoder& decoder_;
};

/// The logits after the prompt and after each of two tokens of the answer.
std::vector<std::vector<float>> alone(LlamaDecoder& decoder, const std::vector<std::uint32_t>& prompt,
                                      std::vector<std::uint32_t> pages) {
  Session session(decoder);
  std::vector<Session::Sequence> one{{.tokens = prompt, .pages = std::move(pages)}};
  std::vector<std::vector<float>> logits;
  for (int i = 0; i < 3; ++i) {
    const std::uint32_t next = session.step(one)[0];
    logits.push_back(session.logits(0));
    EXPECT_EQ(next, std::ranges::max_element(logits.back()) - logits.back().begin());
    one[0].tokens = {next};
  }
  return logits;
}

class LlamaDecoderTest : public ::testing::TestWithParam<std::pair<WeightFormat, KvFormat>> {};

TEST_P(LlamaDecoderTest, AgreesWithTheReferenceOnTheWidestAndThePortableInstructionSet) {
  const std::vector<SimdChoice> choices = simd_choices();
  for (const SimdChoice& choice : {choices.front(), choices.back()}) {
    SCOPED_TRACE(choice.name);
    const test_support::OnlyTarget only(choice.target);
    LlamaDecoder decoder(options_of(GetParam().first, GetParam().second));
    const OutputCheck check = decoder.verify();
    EXPECT_TRUE(check.passed) << check.detail;
    EXPECT_GT(check.worst_relative_error, 0.0);
    const OutputCheck spots = decoder.spot_check(5);
    EXPECT_TRUE(spots.passed) << spots.detail;
  }
}

TEST_P(LlamaDecoderTest, GivesASequenceTheSameLogitsWhateverIsBesideIt) {
  LlamaDecoder decoder(options_of(GetParam().first, GetParam().second));
  const std::vector<std::uint32_t> prompt = prompt_of(37, 3);
  const std::vector<std::vector<float>> expected = alone(decoder, prompt, {4, 2, 9});

  // In a batch with others, on other pages, its prompt in chunks, one longer than a pass.
  Session session(decoder);
  std::vector<Session::Sequence> batch{{.tokens = prompt_of(5, 8), .pages = {0}},
                                       {.tokens = prompt, .pages = {7, 1, 3}},
                                       {.tokens = prompt_of(21, 500), .pages = {5, 6}}};
  std::vector<std::uint32_t> next = session.step(batch);
  EXPECT_EQ(session.logits(1), expected[0]);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i].tokens = {next[i]};
  }
  next = session.step(batch);
  EXPECT_EQ(session.logits(1), expected[1]);

  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{16}}) {
    SCOPED_TRACE(chunk);
    std::vector<Session::Sequence> one{{.tokens = {}, .pages = {15, 14, 13}, .wants_token = false}};
    for (std::size_t from = 0; from < prompt.size(); from += chunk) {
      const std::size_t end = std::min(prompt.size(), from + chunk);
      one[0].tokens.assign(prompt.begin() + static_cast<std::ptrdiff_t>(from),
                           prompt.begin() + static_cast<std::ptrdiff_t>(end));
      one[0].wants_token = end == prompt.size();
      next = session.step(one);
    }
    EXPECT_EQ(session.logits(0), expected[0]);
  }

  // Preempted after its first token: everything is computed again, prompt and answer as one prompt.
  std::vector<std::uint32_t> again = prompt;
  again.push_back(static_cast<std::uint32_t>(std::ranges::max_element(expected[0]) - expected[0].begin()));
  EXPECT_EQ(alone(decoder, again, {1, 11, 12})[0], expected[1]);

  // On one thread.
  DecoderOptions options = options_of(GetParam().first, GetParam().second);
  options.cpus = {};
  LlamaDecoder single(options);
  EXPECT_EQ(single.weights_checksum(), decoder.weights_checksum());
  EXPECT_EQ(alone(single, prompt, {4, 2, 9}), expected);
}

INSTANTIATE_TEST_SUITE_P(Formats, LlamaDecoderTest,
                         ::testing::Values(std::pair(WeightFormat::bf16, KvFormat::bf16),
                                           std::pair(WeightFormat::int8, KvFormat::bf16),
                                           std::pair(WeightFormat::int4, KvFormat::int8)),
                         [](const auto& given) {
                           return std::string(name_of(given.param.first)) + "_" +
                                  std::string(name_of(given.param.second));
                         });

TEST(LlamaDecoder, AliasesLayersAndSaysSo) {
  DecoderOptions options = options_of(WeightFormat::int8, KvFormat::int8);
  options.held_layers = 1;
  LlamaDecoder decoder(options);
  EXPECT_EQ(decoder.facts().at("weights"), "weights aliased x(2/1)");
  const OutputCheck check = decoder.verify();
  EXPECT_TRUE(check.passed) << check.detail;
  options.held_layers = 0;
  EXPECT_EQ(LlamaDecoder(options).facts().at("weights"), "seeded, each of 2 layers its own");
}

// 70B in int4: 455 MB a layer; 8 of them, both tables and buffers take under 9 GB, all of them 40.
TEST(LlamaDecoder, HoldsTheLayersThatFitButAtLeastEight) {
  DecoderOptions options{.shape = *find_llama_shape("llama3-70b"),
                         .formats = {.weights = WeightFormat::int4, .head = WeightFormat::int4}};
  options.memory = Bytes{1000ULL << 30};
  EXPECT_EQ(LlamaDecoder::plan(options).held_layers, 80U);
  options.memory = Bytes{16ULL << 30};
  const LlamaDecoder::Plan plan = LlamaDecoder::plan(options);
  EXPECT_LE(plan.memory.total(), options.memory);
  EXPECT_GE(plan.held_layers, 8U);
  EXPECT_LT(plan.held_layers, 80U);
  options.memory = Bytes{1ULL << 30};
  EXPECT_THROW((void)LlamaDecoder::plan(options), std::invalid_argument);
}

TEST(LlamaDecoder, SaysWhyFp8CannotBeHad) {
  DecoderOptions options = options_of(WeightFormat::fp8, KvFormat::fp8);
  options.sampling.top_k = 1000;
  try {
    (void)LlamaDecoder::plan(options);
    FAIL();
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("weights in fp8: no CPU multiplies them"), std::string::npos) << text;
    EXPECT_NE(text.find("a cache in fp8"), std::string::npos) << text;
    EXPECT_NE(text.find("top_k: 1000; 1 to 64"), std::string::npos) << text;
  }
}

TEST(LlamaDecoder, NamesWhatIsWrongWithAStep) {
  const LlamaDecoder decoder(options_of(WeightFormat::int8, KvFormat::bf16));
  std::vector<std::uint32_t> next(9), tokens{1, 2}, pages{0};
  const auto problem = [&](const SequenceStep& sequence, std::size_t room = 1) {
    return decoder.problem_of({.sequences = {&sequence, 1}, .next_tokens = std::span(next).first(room)});
  };
  EXPECT_EQ(problem({.tokens = tokens, .position = 14, .pages = pages}), "");
  EXPECT_EQ(problem({.tokens = tokens, .position = 15, .pages = pages}), "sequence 0: 1 pages for 17 tokens");
  EXPECT_NE(problem({.tokens = tokens, .position = 14, .pages = pages}, 0), "");
  EXPECT_NE(problem({.tokens = tokens, .position = 511, .pages = pages}), "");
  EXPECT_NE(problem({.tokens = {}, .position = 1, .pages = pages}), "");
  pages[0] = 16;
  EXPECT_EQ(problem({.tokens = tokens, .position = 0, .pages = pages}), "sequence 0: page 16 of 16, token 2 of 1024");
}

TEST(LlamaDecoder, AFilledCacheIsTheSameOnOtherPages) {
  LlamaDecoder decoder(options_of(WeightFormat::int8, KvFormat::int8));
  Session session(decoder);
  std::vector<Session::Sequence> one{{.tokens = {5}, .pages = {3, 1}, .position = 20}};
  std::vector<Session::Sequence> other{{.tokens = {5}, .pages = {8, 9}, .position = 20}};
  decoder.fill_cache(one[0].pages, 20, 6);
  decoder.fill_cache(other[0].pages, 20, 6);
  session.step(one);
  const std::vector<float> logits = session.logits(0);
  session.step(other);
  EXPECT_EQ(session.logits(0), logits);
  EXPECT_TRUE(std::ranges::all_of(logits, [](float logit) { return std::isfinite(logit); }));
}

}  // namespace
}  // namespace assay
