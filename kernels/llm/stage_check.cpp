#include "kernels/llm/stage_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/llm/reference_decoder.hpp"

namespace assay {
namespace {

// A sum of n products errs by 8 sqrt(n) u of the root of the sum of their squares with the probability of gemm.cpp;
// n = 28672 gives 8.1e-5. Of attention see attention.cpp, relative to the sum of weight times |value|.
constexpr double kTolerance = 1e-4;
constexpr double kHalfBf16 = 0x1.0p-8;  // the largest error of rounding to 8 bits, relative

std::vector<double> in_double(std::span<const float> x) { return {x.begin(), x.end()}; }

double largest(std::span<const double> x) {
  return std::accumulate(x.begin(), x.end(), 0.0, [](double most, double v) { return std::max(most, std::fabs(v)); });
}

}  // namespace

StageCheck::StageCheck(DecoderEngine& engine, const Extent& extent)
    : engine_(engine), extent_(extent), random_(extent.seed) {
  result_ = {.passed = true, .tolerance = kTolerance, .detail = {}};
}

void StageCheck::compare(const Expected& expected, float found, const std::string& what) {
  ++compared_;
  const double difference = std::fabs(static_cast<double>(found) - expected.value) - expected.allowance;
  const double error = difference / std::max(expected.scale, 1e-30);
  if (error <= kTolerance) {  // never of a NaN
    result_.worst_relative_error = std::max(result_.worst_relative_error, error);
    return;
  }
  if (result_.passed) {
    result_.passed = false;
    result_.worst_relative_error = error;
    result_.detail = fmt::format("{}: expected {:.9g}, found {:.9g}", what, expected.value, found);
  }
}

StageCheck::Expected StageCheck::dot(const WeightMatrix& matrix, std::size_t row, std::span<const double> x) {
  const std::vector<double> weights = matrix.dequantised_row(row);
  Expected result;
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double product = weights[i] * x[i];
    result.value += product;
    squares += product * product;
  }
  result.scale = std::sqrt(squares);
  return result;
}

std::vector<std::size_t> StageCheck::chosen(std::size_t count, std::size_t wanted) {
  std::vector<std::size_t> indices;
  if (wanted == 0 || wanted >= count) {
    indices.resize(count);
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    return indices;
  }
  for (std::size_t i = 0; i < wanted; ++i) {
    indices.push_back(random_.below(count));
  }
  return indices;
}

void StageCheck::check_embedding() {
  for (std::size_t t = 0; t < rows_.size(); ++t) {
    const std::span<const float> found = engine_.hidden(t);
    for (const std::size_t i : chosen(found.size(), extent_.outputs)) {
      const BFloat16 expected = engine_.weights().embedding(rows_[t].token, i);
      compare({.value = static_cast<double>(static_cast<float>(expected)), .scale = 0.0}, found[i],
              fmt::format("token {}, embedding {}", t, i));
    }
  }
}

// The input that was prepared against its definition: to half a step, where it is quantised.
void StageCheck::check_input(StageKind kind, std::uint32_t layer, std::size_t token, std::span<const double> found) {
  const DecoderWeights& weights = engine_.weights();
  const double epsilon = engine_.options().shape.norm_epsilon;
  std::vector<double> expected;
  if (kind == StageKind::o || kind == StageKind::down) {
    expected = in_double(kind == StageKind::o ? engine_.attended(token) : engine_.gated(token));
  } else {
    const std::size_t row = kind == StageKind::head ? outputs_[token].first : token;
    const std::span<const float> gain =
        kind == StageKind::head
            ? weights.head_gain()
            : (kind == StageKind::qkv ? weights.attention_gain(layer) : weights.feed_forward_gain(layer));
    expected = reference_norm(in_double(engine_.hidden(row)), gain, epsilon);
  }
  const DecoderFormats& formats = engine_.options().formats;
  const bool whole = (kind == StageKind::head ? formats.head : formats.weights) != WeightFormat::bf16;
  const double most = largest(expected);
  for (std::size_t i = 0; i < found.size(); ++i) {
    compare({.value = expected[i], .scale = most, .allowance = whole ? most / 254 : 0.0}, static_cast<float>(found[i]),
            fmt::format("layer {}, token {}, input {}", layer, token, i));
  }
}

void StageCheck::check_heads(std::uint32_t layer, std::size_t row, std::span<const double> x) {
  const LlamaShape& shape = engine_.options().shape;
  const WeightMatrix& matrix = engine_.weights().matrix(DecoderMatrix::qkv, layer);
  const std::size_t dim = shape.head_dim;
  const KvCache& cache = engine_.cache();
  const Place& place = rows_[row];
  std::vector<std::size_t> heads = chosen(shape.heads, extent_.outputs == 0 ? 0 : 1);
  for (const std::size_t kv_head : chosen(shape.kv_heads, extent_.outputs == 0 ? 0 : 1)) {
    heads.push_back(shape.heads + kv_head);
    heads.push_back(shape.heads + shape.kv_heads + kv_head);
  }
  for (const std::size_t head : heads) {
    std::vector<double> values;
    double scale = 0;
    for (std::size_t i = 0; i < dim; ++i) {
      const Expected expected = dot(matrix, head * dim + i, x);
      values.push_back(expected.value);
      scale = std::max(scale, expected.scale);
    }
    const bool query = head < shape.heads;
    const bool value = head >= shape.heads + shape.kv_heads;
    if (!value) {
      reference_rotate(values, place.position, shape.rope_theta);
    }
    std::vector<double> found;
    if (query) {
      found = in_double(engine_.queries(row).subspan(head * dim, dim));
    } else {
      const auto kv_head = static_cast<std::uint32_t>(head - shape.heads - (value ? shape.kv_heads : 0));
      const std::byte* const page =
          cache.head(layer, kv_head) + place.pages[place.position / kPageTokens] * cache.page_stride();
      found = value ? read_value(cache.block(), page, place.position % kPageTokens)
                    : read_key(cache.block(), page, place.position % kPageTokens);
    }
    const double step = largest(values) / 254;
    for (std::size_t i = 0; i < dim; ++i) {
      const double rounding =
          query ? 0.0 : (cache.block().format == KvFormat::bf16 ? std::fabs(values[i]) * kHalfBf16 : step);
      // A turned pair errs by both of its elements.
      compare({.value = values[i], .scale = 2 * scale, .allowance = rounding}, static_cast<float>(found[i]),
              fmt::format("layer {}, token {}, head {}, element {}", layer, row, head, i));
    }
  }
}

void StageCheck::check_attention(std::uint32_t layer) {
  const LlamaShape& shape = engine_.options().shape;
  const KvCache& cache = engine_.cache();
  const std::size_t dim = shape.head_dim;
  for (const std::size_t which : chosen(rows_.size() * shape.heads, extent_.attention_rows)) {
    const std::size_t row = which / shape.heads;
    const std::size_t head = which % shape.heads;
    const Place& place = rows_[row];
    const std::vector<double> query = in_double(engine_.queries(row).subspan(head * dim, dim));
    const std::byte* const base = cache.head(layer, static_cast<std::uint32_t>(head / (shape.heads / shape.kv_heads)));
    std::vector<double> weights;
    for (std::uint32_t t = 0; t <= place.position; ++t) {
      const std::vector<double> key =
          read_key(cache.block(), base + place.pages[t / kPageTokens] * cache.page_stride(), t % kPageTokens);
      weights.push_back(std::inner_product(key.begin(), key.end(), query.begin(), 0.0) /
                        std::sqrt(static_cast<double>(dim)));
    }
    const double most = *std::ranges::max_element(weights);
    double sum = 0;
    for (double& weight : weights) {
      sum += weight = std::exp(weight - most);
    }
    std::vector<double> expected(dim), sizes(dim);
    for (std::uint32_t t = 0; t <= place.position; ++t) {
      const std::vector<double> value =
          read_value(cache.block(), base + place.pages[t / kPageTokens] * cache.page_stride(), t % kPageTokens);
      for (std::size_t i = 0; i < dim; ++i) {
        expected[i] += weights[t] / sum * value[i];
        sizes[i] += weights[t] / sum * std::fabs(value[i]);
      }
    }
    for (std::size_t i = 0; i < dim; ++i) {
      compare({.value = expected[i], .scale = sizes[i]}, engine_.attended(row)[head * dim + i],
              fmt::format("layer {}, token {}, attention of head {}, element {}", layer, row, head, i));
    }
  }
}

void StageCheck::check_outputs(StageKind kind, std::uint32_t layer, std::size_t token, std::span<const double> x,
                               std::span<const float> before) {
  const DecoderWeights& weights = engine_.weights();
  const DecoderMatrix which =
      kind == StageKind::o
          ? DecoderMatrix::o
          : (kind == StageKind::gate_up ? DecoderMatrix::gate_up
                                        : (kind == StageKind::down ? DecoderMatrix::down : DecoderMatrix::head));
  const WeightMatrix& matrix = weights.matrix(which, layer);
  const bool pairs = kind == StageKind::gate_up;
  for (const std::size_t i : chosen(pairs ? matrix.rows / 2 : matrix.rows, extent_.outputs)) {
    const std::string what =
        fmt::format("layer {}, token {}, stage {}, output {}", layer, token, static_cast<int>(kind), i);
    if (pairs) {
      const Expected gate = dot(matrix, 2 * i, x);
      const Expected up = dot(matrix, 2 * i + 1, x);
      const double silu = reference_silu(gate.value);
      // The derivative of silu is at most 1.1.
      compare({.value = silu * up.value, .scale = 1.1 * std::fabs(up.value) * gate.scale + std::fabs(silu) * up.scale},
              engine_.gated(token)[i], what);
    } else if (kind == StageKind::head) {
      compare(dot(matrix, i, x), engine_.logits(outputs_[token].second)[i], what);
    } else {
      Expected sum = dot(matrix, i, x);
      sum.value += static_cast<double>(before[i]);
      sum.scale += std::fabs(static_cast<double>(before[i]));
      compare(sum, engine_.hidden(token)[i], what);
    }
  }
}

void StageCheck::check_product(StageKind kind, std::uint32_t layer, std::uint32_t stage) {
  const std::size_t tokens = kind == StageKind::head ? outputs_.size() : rows_.size();
  std::vector<std::vector<double>> inputs;
  std::vector<std::vector<float>> before;
  for (std::size_t token = 0; token < tokens; ++token) {
    inputs.push_back(engine_.prepared(kind, layer, token));
    check_input(kind, layer, token, inputs.back());
    before.emplace_back(engine_.hidden(token).begin(), engine_.hidden(token).end());
  }
  engine_.run_stages(stage, stage + 1);
  for (std::size_t token = 0; token < tokens; ++token) {
    if (kind == StageKind::qkv) {
      check_heads(layer, token, inputs[token]);
    } else {
      check_outputs(kind, layer, token, inputs[token], before[token]);
    }
  }
}

void StageCheck::run(const DecoderStep& step) {
  for (std::size_t s = 0; s < step.sequences.size(); ++s) {
    const SequenceStep& sequence = step.sequences[s];
    for (std::uint32_t i = 0; i < sequence.tokens.size(); ++i) {
      rows_.push_back({.token = sequence.tokens[i], .position = sequence.position + i, .pages = sequence.pages});
    }
    if (sequence.wants_token) {
      outputs_.emplace_back(rows_.size() - 1, s);
    }
  }
  engine_.poison();
  engine_.begin(step);
  for (std::uint32_t stage = 0; stage < engine_.stage_count(); ++stage) {
    const DecoderEngine::Stage of = engine_.stage_of(stage);
    const bool table = of.kind == StageKind::embed || of.kind == StageKind::head || of.kind == StageKind::choose;
    const bool product = of.kind == StageKind::qkv || of.kind == StageKind::o || of.kind == StageKind::gate_up ||
                         of.kind == StageKind::down || of.kind == StageKind::head;
    if (extent_.layer && *extent_.layer != of.layer && !table) {
      engine_.run_stages(stage, stage + 1);
    } else if (product) {
      check_product(of.kind, of.layer, stage);
    } else {
      engine_.run_stages(stage, stage + 1);
      if (of.kind == StageKind::embed) {
        check_embedding();
      } else if (of.kind == StageKind::attention) {
        check_attention(of.layer);
      }
    }
  }
}

}  // namespace assay
