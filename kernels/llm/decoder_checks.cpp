#include "kernels/llm/decoder_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numeric>

#include "kernels/llm/reference_decoder.hpp"
#include "kernels/llm/stage_check.hpp"

namespace assay {
namespace {

constexpr std::uint32_t kContext = 40;  // of the sequence that is in the middle of its answer: two pages and a half
constexpr std::uint32_t kPages = 4;     // that the checks use
constexpr std::uint32_t kAnswer = 4;

// A prompt, and where there are pages for it a sequence that has a context already; 6 tokens.
OutputCheck check_stages(DecoderEngine& engine, const StageCheck::Extent& extent) {
  RandomBits random(extent.seed + 1);
  const LlamaShape& shape = engine.options().shape;
  std::array<std::uint32_t, 6> tokens{};
  std::ranges::generate(tokens, [&] { return static_cast<std::uint32_t>(random.below(shape.vocabulary)); });
  const std::array<std::uint32_t, kPages> pages{2, 0, 3, 1};
  const std::array<std::uint32_t, 1> first{0};
  const bool both = engine.options().page_count >= kPages && engine.options().most_tokens >= tokens.size() &&
                    engine.options().most_outputs >= 2;
  const std::size_t prompt = std::min<std::size_t>(5, engine.options().most_tokens);
  std::array<SequenceStep, 2> sequences{{{.tokens = std::span(tokens).first(prompt),
                                          .position = 0,
                                          .pages = both ? std::span<const std::uint32_t>(pages).last(1) : first,
                                          .wants_token = true},
                                         {.tokens = std::span(tokens).last(1),
                                          .position = kContext,
                                          .pages = std::span(pages).first(3),
                                          .wants_token = true}}};
  if (both) {
    const double unit = 0.02 * std::sqrt(static_cast<double>(shape.hidden)) / kLevelDeviation;
    engine.cache().fill({.pages = sequences[1].pages, .tokens = kContext, .seed = extent.seed, .unit = unit});
  }
  std::array<std::uint32_t, 2> next{};
  StageCheck check(engine, extent);
  check.run({.sequences = std::span(sequences).first(both ? 2 : 1), .next_tokens = next});
  return check.result();
}

double norm_of(std::span<const double> x) { return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0)); }

struct Logits {
  double error = 0.0;   ///< |found - expected| / |expected|
  bool agrees = false;  ///< the same token, or the reference is not sure
};

// An element errs by at most six times its share of the bound, with the probability of a normal error.
Logits compare(std::span<const float> found, std::span<const double> expected, double tolerance) {
  std::vector<double> difference(expected.begin(), expected.end());
  for (std::size_t i = 0; i < difference.size(); ++i) {
    difference[i] -= static_cast<double>(found[i]);
  }
  const double size = norm_of(expected);
  const auto best = std::ranges::max_element(expected) - expected.begin();
  const auto chosen = std::ranges::max_element(found) - found.begin();
  const double sure = 2 * 6 * tolerance * size / std::sqrt(static_cast<double>(expected.size()));
  const double lead = expected[static_cast<std::size_t>(best)] - expected[static_cast<std::size_t>(chosen)];
  return {.error = norm_of(difference) / size, .agrees = lead <= sure};
}

}  // namespace

// Quantising an input to 127 steps of its largest element, which is about 4 standard deviations, adds an error of
// 4 / (127 sqrt(12)) = 0.9 % of its norm; of the gated inputs of the down product, whose largest are about 10, 2.3 %.
// Products pass these on, SwiGLU those of its two factors; a cache of int8 adds as much as an input. The 9 products of
// the two layers of `verify` and the head then add up, at random, to at most sqrt(2 (0.9^2 x 5 + 2.3^2) + 0.9^2) = 4.4
// % (the residual sum only makes it less). In bf16 the inputs are floats and the cache rounds by 2^-9, at random 0.1 %:
// 1 % leaves room for bfloat16 in every one of the products.
double forward_tolerance(const DecoderFormats& formats) {
  const bool floats = formats.weights == WeightFormat::bf16 && formats.head == WeightFormat::bf16;
  return floats && formats.kv == KvFormat::bf16 ? 1e-2 : 5e-2;
}

OutputCheck check_spots(DecoderEngine& engine, std::uint64_t seed) {
  RandomBits random(seed);
  const auto layer = static_cast<std::uint32_t>(random.below(engine.options().shape.layers));
  return check_stages(engine, {.layer = layer, .outputs = 64, .attention_rows = 4, .seed = seed});
}

OutputCheck check_forward(DecoderEngine& engine) {
  OutputCheck result = check_stages(engine, {.layer = {}, .outputs = 0, .attention_rows = 0, .seed = 1});
  const DecoderOptions& options = engine.options();
  if (!result.passed || options.page_count < kPages) {
    return result;
  }
  const double tolerance = forward_tolerance(options.formats);
  RandomBits random(2);
  ReferenceDecoder reference(options.shape, engine.weights());
  const std::array<std::uint32_t, 2> pages{3, 1};
  for (const std::size_t length : {std::size_t{19}, std::size_t{3}}) {
    std::vector<std::uint32_t> tokens(length);
    std::ranges::generate(tokens, [&] { return static_cast<std::uint32_t>(random.below(options.shape.vocabulary)); });
    reference.clear();
    std::uint32_t position = 0;
    for (std::uint32_t answer = 0; answer < kAnswer; ++answer) {
      std::uint32_t next = 0;
      const SequenceStep sequence{.tokens = tokens, .position = position, .pages = pages, .wants_token = true};
      engine.poison();
      engine.step({.sequences = {&sequence, 1}, .next_tokens = {&next, 1}});
      std::vector<double> expected;
      for (const std::uint32_t token : tokens) {
        expected = reference.append(token);
      }
      const Logits logits = compare(engine.logits(0), expected, tolerance);
      if (!(logits.error <= tolerance) || !logits.agrees) {
        result.passed = false;
        result.detail = fmt::format(
            "after a prompt of {} and {} tokens of its answer the logits are {:.3g} of their size from the reference "
            "({} is allowed){}",
            length, answer, logits.error, tolerance, logits.agrees ? "" : ", and so is the token");
        return result;
      }
      position += static_cast<std::uint32_t>(tokens.size());
      tokens.assign(1, next);
    }
  }
  return result;
}

}  // namespace assay
