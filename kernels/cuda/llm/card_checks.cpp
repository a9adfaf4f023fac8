#include "kernels/cuda/llm/card_checks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "kernels/cuda/llm/attention_values.hpp"
#include "kernels/cuda/llm/card_fetch.hpp"
#include "kernels/cuda/llm/forward_check.hpp"
#include "kernels/cuda/llm/host_forward.hpp"

namespace assay::cuda {
namespace {

// Sums of products are compared in units of the root of the sum of the squares of their terms, S. In f32 a sum of
// 28,672 terms errs by at most 8.1e-5 S (see kernels/llm/stage_check.cpp). e4m3 with fast accumulation: Hopper's matrix
// unit keeps about 14 bits of its running sum and truncates, once for each 32 terms: 256 x 2^-14 x 0.6 S = 1e-2 S for
// 8192 terms of one sign of error, 3e-2 S for 28,672. A wrong row, scale or order errs by S and more.
constexpr double kSumBf16 = 1e-3;
constexpr double kSumF8 = 4e-2;
// 4-bit weights that are unpacked to bf16 first: each is rounded by at most 2^-9, 8e-4 of it in the root mean square,
// so that a sum errs by 8e-4 S; seven times that, which none of thousands of comparisons reaches by chance.
constexpr double kSumUnpacked = 6e-3;
constexpr double kRoundBf16 = 0x1.0p-8;  // relative, with room for a tie
constexpr double kRoundF8 = 0x1.08p-4;
// Weights of attention are rounded to 16 bits: at most 2^-9 of the sum of weight times |value|.
constexpr double kWeightsRounded = 0x1.0p-8;
constexpr double kExact = 1e-5;  // arithmetic in f32 over a row
constexpr std::uint32_t kOutputs = 64;
constexpr std::uint32_t kAttentionRows = 4;
constexpr std::uint32_t kContext = 40;
constexpr std::uint32_t kPrompt = 20;
constexpr std::array<std::uint32_t, 5> kPages{2, 0, 3, 1, 4};

}  // namespace

StageWatch::StageWatch(CardDecoder& decoder, std::uint64_t seed) : decoder_(decoder), random_(seed) {
  layer_ = below(decoder.shape().layers);
  result_.passed = 1;
  result_.tolerance = 1.0;
}

// Errors in units of what is allowed.
void StageWatch::compare(const Expected& expected, double found, const std::string& what) {
  ++result_.compared;
  const double error = std::fabs(found - expected.value) / std::max(expected.allowed, 1e-30);
  if (error <= 1.0) {  // never of a NaN
    result_.worst_relative_error = std::max(result_.worst_relative_error, error);
    return;
  }
  if (result_.passed != 0) {
    result_.passed = 0;
    result_.worst_relative_error = error;
    std::snprintf(result_.detail, sizeof result_.detail, "layer %u, %s: expected %.9g, found %.9g, %.3g is allowed",
                  layer_, what.c_str(), expected.value, found, expected.allowed);
  }
}

void StageWatch::run() {
  const AssayLlmOptions& options = decoder_.options();
  const bool both = options.page_count >= kPages.size() && options.most_tokens >= kContext && options.most_outputs >= 2;
  std::vector<std::uint32_t> tokens(kContext + kPrompt + 1);
  std::ranges::generate(tokens, [&] { return below(decoder_.shape().vocabulary); });
  AssayLlmSequence answering{.tokens = tokens.data(),
                             .token_count = both ? kContext : 1,
                             .position = 0,
                             .pages = kPages.data(),
                             .page_count = both ? 3U : 1U,
                             .wants_token = 1,
                             .token_from = ASSAY_LLM_NO_INDEX};
  if (!both) {
    const std::array<std::uint32_t, 1> first{0};
    answering.pages = first.data();
    places_ = {{0, first.data()}};
    outputs_ = {0};
    pass_rows_ = 1;
    decoder_.run_observed({&answering, 1}, [this](PassStage stage, std::uint32_t layer) { observe(stage, layer); });
    return;
  }
  decoder_.run_observed({&answering, 1}, {});  // its context
  answering.tokens += kContext;
  answering.token_count = 1;
  answering.position = kContext;
  AssayLlmSequence prompt = answering;
  prompt.tokens += 1;
  prompt.token_count = kPrompt;
  prompt.position = 0;
  prompt.pages = kPages.data() + 3;
  prompt.page_count = 2;
  for (std::uint32_t i = 0; i < kPrompt; ++i) {
    places_.push_back({i, prompt.pages});
  }
  places_.push_back({kContext, answering.pages});
  outputs_ = {kPrompt - 1, kPrompt};
  row_ = below(kPrompt + 1);
  output_ = below(2);
  pass_rows_ = bucket_of(mixed_row_buckets(options.most_tokens), kPrompt + 1);
  const std::array<AssayLlmSequence, 2> step{prompt, answering};
  decoder_.run_observed(step, [this](PassStage stage, std::uint32_t layer) { observe(stage, layer); });
}

void StageWatch::observe(PassStage stage, std::uint32_t layer) {
  const bool of_head = stage == PassStage::head_norm || stage == PassStage::head;
  if (!of_head && layer != layer_) {
    return;
  }
  ASSAY_CUDA(cudaStreamSynchronize(decoder_.stream()));
  const std::uint32_t held = layer_ % decoder_.weights().held_layers();
  switch (stage) {
    case PassStage::attention_norm:
      return check_norm(LlmMatrix::qkv, 2 * held);
    case PassStage::qkv:
      return check_product(LlmMatrix::qkv);
    case PassStage::rotate:
      return check_rotation();
    case PassStage::attention:
      return check_attention();
    case PassStage::o:
      return check_product(LlmMatrix::o);
    case PassStage::feed_forward_norm:
      return check_norm(LlmMatrix::gate_up, 2 * held + 1);
    case PassStage::gate_up:
      return check_product(LlmMatrix::gate_up);
    case PassStage::gate:
      return check_gate();
    case PassStage::down:
      return check_product(LlmMatrix::down);
    case PassStage::head_norm:
      return;  // its input is not kept: the product of the head is checked from what it was given
    case PassStage::head:
      return check_product(LlmMatrix::head);
  }
}

std::vector<double> StageWatch::input_row(LlmMatrix which, std::size_t row) const {
  const ProductInputRows input = decoder_.layers().input_of(which);
  const std::uint32_t columns = decoder_.weights().matrix(which, layer_).columns;
  return fetch_input(input, row, columns);
}

std::vector<double> StageWatch::product_row(LlmMatrix which, std::size_t row) const {
  const std::uint32_t size = decoder_.weights().matrix(which, layer_).rows;
  return fetch_output(decoder_.layers().output_of(which, layer_, pass_rows_), row, size);
}

void StageWatch::compare_input(LlmMatrix which, std::size_t row, std::span<const double> expected, double error) {
  const bool f8 = decoder_.layers().input_of(which).format == ActivationFormat::f8;
  const std::vector<double> found = input_row(which, row);
  double largest = 0.0;
  for (const double v : expected) {
    largest = std::max(largest, std::fabs(v));
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double v = std::fabs(expected[i]);
    // The smallest step of e4m3 is 2^-9 of a scale, and the largest element 448 scales.
    const double rounding = f8 ? v * kRoundF8 + largest / 448.0 * 0x1.0p-9 : v * kRoundBf16;
    compare({expected[i], rounding + error * largest}, found[i],
            "row " + std::to_string(row) + ", input " + std::to_string(i) + " of product " +
                std::to_string(static_cast<int>(which)));
  }
}

void StageWatch::check_norm(LlmMatrix next, std::uint32_t norm) {
  const AssayLlmShape& shape = decoder_.shape();
  const auto hidden =
      fetch<float>(decoder_.buffers().hidden.as<float>() + std::size_t{row_} * shape.hidden, shape.hidden);
  const std::vector<float> gain = gains_of_norm(decoder_.options().seed, norm, shape.hidden);
  compare_input(next, row_, host_norm(std::vector<double>(hidden.begin(), hidden.end()), gain, shape.norm_epsilon),
                kExact);
}

// The product as the pass left it, and then every other way that could have computed it: a pass of other sizes takes
// another.
void StageWatch::check_product(LlmMatrix which) {
  if (which == LlmMatrix::head) {
    return check_outputs(which, false);  // bf16 in every format
  }
  const LayerProduct& product = decoder_.layers().product(which, pass_rows_);
  check_outputs(which, product.rounds_weights(product.chosen_way()));
  if (product.ways() == 1) {
    return;
  }
  const ProductOperands operands = decoder_.layers().operands_of(which, layer_);
  const DeviceMemory& outputs = decoder_.buffers().product;
  const auto run = [&](std::size_t way) {
    ASSAY_CUDA(cudaMemsetAsync(outputs.data(), 0xff, outputs.bytes(), decoder_.stream()));
    product.run_way(way, operands, pass_rows_, decoder_.stream());
    ASSAY_CUDA(cudaStreamSynchronize(decoder_.stream()));
  };
  for (std::size_t way = 0; way < product.ways(); ++way) {
    if (way != product.chosen_way()) {
      run(way);
      check_outputs(which, product.rounds_weights(way));
    }
  }
  run(product.chosen_way());  // for the kernels that follow
}

void StageWatch::check_outputs(LlmMatrix which, bool rounded_weights) {
  const bool head = which == LlmMatrix::head;
  const CardWeights& weights = decoder_.weights();
  const CardMatrix& matrix = weights.matrix(which, layer_);
  const std::size_t row = head ? output_ : row_;
  const std::vector<double> x = input_row(which, row);
  const bool f8 = traits_of(matrix.format).inputs == ActivationFormat::f8;
  const double of_sum = f8 ? kSumF8 : rounded_weights ? kSumUnpacked : kSumBf16;
  const std::vector<double> found =
      head ? in_double(fetch<float>(decoder_.buffers().logits.as<float>() + row * matrix.rows, matrix.rows))
           : product_row(which, row);
  for (std::uint32_t i = 0; i < kOutputs; ++i) {
    const std::uint32_t j = below(matrix.rows);
    const std::vector<double> w = weight_row({.seed = decoder_.options().seed,
                                              .words = weights.words_of(which),
                                              .layer = head ? 0 : layer_ % weights.held_layers(),
                                              .row = j,
                                              .columns = matrix.columns,
                                              .format = matrix.format,
                                              .unit = weights.unit_of(which)});
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t k = 0; k < w.size(); ++k) {
      sum += w[k] * x[k];
      squares += w[k] * x[k] * w[k] * x[k];
    }
    compare({sum, of_sum * std::sqrt(squares) + (head ? 0.0 : std::fabs(sum) * kRoundBf16)}, found[j],
            "row " + std::to_string(row) + ", output " + std::to_string(j) + " of product " +
                std::to_string(static_cast<int>(which)));
  }
}

std::vector<double> StageWatch::query_of(std::size_t row, std::uint32_t head) const {
  const AssayLlmShape& shape = decoder_.shape();
  const std::size_t at = (row * shape.heads + head) * shape.head_dim;
  return fetch_queries(decoder_.buffers().queries.as<std::uint16_t>() + at, shape.head_dim,
                       decoder_.layers().cache_of(layer_).format);
}

StageWatch::KeyAndValue StageWatch::cached(std::uint32_t kv_head, std::uint32_t page, std::uint32_t slot) const {
  const CacheView cache = decoder_.layers().cache_of(layer_);
  return {fetch_key(cache, page, kv_head, slot), fetch_value(cache, page, kv_head, slot)};
}

void StageWatch::check_rotation() {
  const AssayLlmShape& shape = decoder_.shape();
  const std::size_t dim = shape.head_dim;
  const bool f8 = decoder_.options().kv == ASSAY_LLM_F8;
  const std::vector<double> qkv = product_row(LlmMatrix::qkv, row_);
  const Place& place = places_[row_];
  const std::uint32_t head = below(shape.heads);
  const std::uint32_t kv_head = below(shape.kv_heads);
  const KeyAndValue kept =
      cached(kv_head, place.pages[place.position / kTokensPerPage], place.position % kTokensPerPage);
  const std::vector<double> query = query_of(row_, head);
  const auto turned = [&](std::size_t at, std::size_t i) {
    const std::size_t pair = i % (dim / 2);
    const double angle = static_cast<double>(place.position) *
                         std::pow(shape.rope_theta, -2.0 * static_cast<double>(pair) / static_cast<double>(dim));
    const double first = qkv[at + pair];
    const double second = qkv[at + dim / 2 + pair];
    return i < dim / 2 ? first * std::cos(angle) - second * std::sin(angle)
                       : second * std::cos(angle) + first * std::sin(angle);
  };
  const std::size_t key_at = (std::size_t{shape.heads} + kv_head) * dim;
  const std::size_t value_at = key_at + std::size_t{shape.kv_heads} * dim;
  for (std::size_t i = 0; i < dim; ++i) {
    const auto allowed = [&](double value, bool narrow) {
      return std::fabs(value) * (narrow ? kRoundF8 : kRoundBf16) + (narrow ? 0x1.0p-9 : 0.0) + kExact;
    };
    const double q = turned(head * dim, i);
    const double k = turned(key_at, i);
    const double v = qkv[value_at + i];
    compare({q, allowed(q, false)}, query[i], "query " + std::to_string(i));
    compare({k, allowed(k, f8)}, kept.key[i], "key " + std::to_string(i));
    compare({v, allowed(v, f8)}, kept.value[i], "value " + std::to_string(i));
  }
}

void StageWatch::check_attention() {
  const AssayLlmShape& shape = decoder_.shape();
  const std::uint32_t group = shape.heads / shape.kv_heads;
  const bool f8 = decoder_.layers().input_of(LlmMatrix::o).format == ActivationFormat::f8;
  for (std::uint32_t i = 0; i < kAttentionRows; ++i) {
    // The last row is the one that answers: by its own kernel.
    const std::size_t row = i == 0 ? places_.size() - 1 : below(static_cast<std::uint32_t>(places_.size()));
    const std::uint32_t head = below(shape.heads);
    const Place& place = places_[row];
    std::vector<std::vector<double>> keys;
    std::vector<std::vector<double>> values;
    for (std::uint32_t t = 0; t <= place.position; ++t) {
      KeyAndValue one = cached(head / group, place.pages[t / kTokensPerPage], t % kTokensPerPage);
      keys.push_back(std::move(one.key));
      values.push_back(std::move(one.value));
    }
    const HostAttention expected = host_attention(query_of(row, head), keys, values);
    const std::vector<double> found = input_row(LlmMatrix::o, row);
    double largest = 0.0;
    for (const double v : found) {
      largest = std::max(largest, std::fabs(v));
    }
    for (std::size_t d = 0; d < expected.values.size(); ++d) {
      const double rounding = std::fabs(expected.values[d]) * (f8 ? kRoundF8 + kRoundBf16 : 2 * kRoundBf16) +
                              (f8 ? largest / 448.0 * 0x1.0p-9 : 0.0);
      compare({expected.values[d], kWeightsRounded * expected.weight_sums[d] * (f8 ? 1.1 : 1.0) + rounding},
              found[head * shape.head_dim + d],
              "attention of row " + std::to_string(row) + ", head " + std::to_string(head) + ", element " +
                  std::to_string(d));
    }
  }
}

void StageWatch::check_gate() {
  const std::vector<double> pairs = product_row(LlmMatrix::gate_up, row_);
  std::vector<double> expected(pairs.size() / 2);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expected[i] = host_silu(pairs[2 * i]) * pairs[2 * i + 1];
  }
  compare_input(LlmMatrix::down, row_, expected, kExact);
}

AssayGpuCheck check_decoder(CardDecoder& decoder, std::uint64_t seed) {
  StageWatch watch(decoder, seed);
  watch.run();
  AssayGpuCheck result = watch.result();
  if (result.passed != 0) {
    check_forward(decoder, seed + 1, result);
  }
  return result;
}

}  // namespace assay::cuda
