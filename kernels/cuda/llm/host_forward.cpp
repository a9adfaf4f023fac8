#include "kernels/cuda/llm/host_forward.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/cuda/llm/memory_plan.hpp"

namespace assay::cuda {
namespace {

std::vector<double> product(const std::vector<std::vector<double>>& matrix, std::span<const double> x) {
  std::vector<double> y(matrix.size());
  std::ranges::transform(matrix, y.begin(), [&](const std::vector<double>& row) {
    return std::inner_product(row.begin(), row.end(), x.begin(), 0.0);
  });
  return y;
}

void rotate(std::span<double> head, std::size_t position, double theta) {
  const std::size_t half = head.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const double angle =
        static_cast<double>(position) * std::pow(theta, -static_cast<double>(i) / static_cast<double>(half));
    const double first = head[i];
    const double second = head[half + i];
    head[i] = first * std::cos(angle) - second * std::sin(angle);
    head[half + i] = second * std::cos(angle) + first * std::sin(angle);
  }
}

void add_to(std::vector<double>& sum, std::span<const double> x) {
  std::ranges::transform(sum, x, sum.begin(), [](double a, double b) { return a + b; });
}

}  // namespace

std::vector<double> host_norm(std::span<const double> x, std::span<const float> gain, double epsilon) {
  const double squares = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
  const double factor = 1.0 / std::sqrt(squares / static_cast<double>(x.size()) + epsilon);
  std::vector<double> y(x.size());
  std::ranges::transform(x, gain, y.begin(), [&](double v, float g) { return v * factor * static_cast<double>(g); });
  return y;
}

double host_silu(double x) { return x / (1.0 + std::exp(-x)); }

HostAttention host_attention(std::span<const double> query, std::span<const std::vector<double>> keys,
                             std::span<const std::vector<double>> values) {
  std::vector<double> weights(keys.size());
  std::ranges::transform(keys, weights.begin(), [&](const std::vector<double>& key) {
    return std::inner_product(query.begin(), query.end(), key.begin(), 0.0) /
           std::sqrt(static_cast<double>(query.size()));
  });
  const double largest = *std::ranges::max_element(weights);
  double sum = 0.0;
  for (double& weight : weights) {
    weight = std::exp(weight - largest);
    sum += weight;
  }
  HostAttention result{std::vector<double>(query.size()), std::vector<double>(query.size())};
  for (std::size_t t = 0; t < keys.size(); ++t) {
    for (std::size_t i = 0; i < query.size(); ++i) {
      result.values[i] += weights[t] / sum * values[t][i];
      result.weight_sums[i] += weights[t] / sum * std::fabs(values[t][i]);
    }
  }
  return result;
}

HostForward::HostForward(const AssayLlmShape& shape, std::int32_t weights, std::uint32_t held_layers,
                         std::uint64_t seed)
    : shape_(shape), weights_(weights), seed_(seed), past_(shape.layers) {
  layers_.reserve(held_layers);
  for (std::uint32_t layer = 0; layer < held_layers; ++layer) {
    layers_.push_back({.qkv = matrix_of(LlmMatrix::qkv, layer),
                       .o = matrix_of(LlmMatrix::o, layer),
                       .gate_up = matrix_of(LlmMatrix::gate_up, layer),
                       .down = matrix_of(LlmMatrix::down, layer),
                       .attention_gain = gains_of_norm(seed, 2 * layer, shape.hidden),
                       .feed_forward_gain = gains_of_norm(seed, 2 * layer + 1, shape.hidden)});
  }
  head_ = matrix_of(LlmMatrix::head, 0);
  head_gain_ = gains_of_norm(seed, 2 * held_layers, shape.hidden);
}

HostForward::Matrix HostForward::matrix_of(LlmMatrix which, std::uint32_t layer) const {
  const MatrixSize size = matrix_size(shape_, static_cast<std::uint32_t>(which));
  const bool table = which == LlmMatrix::head || which == LlmMatrix::embedding;
  const bool tied = which == LlmMatrix::head && shape_.tied != 0;
  Matrix matrix;
  matrix.reserve(size.rows);
  for (std::uint32_t row = 0; row < size.rows; ++row) {
    matrix.push_back(weight_row({.seed = seed_,
                                 .words = tied ? LlmMatrix::embedding : which,
                                 .layer = layer,
                                 .row = row,
                                 .columns = size.columns,
                                 .format = table ? MatrixFormat::bf16 : format_of(weights_).format,
                                 .unit = weight_unit(which, std::sqrt(2.0 * static_cast<double>(shape_.layers)))}));
  }
  return matrix;
}

std::vector<double> HostForward::attend(const Past& past, std::span<const double> query) const {
  const std::size_t dim = shape_.head_dim;
  const std::size_t group = shape_.heads / shape_.kv_heads;
  const auto slice = [&](const std::vector<std::vector<double>>& tokens, std::size_t kv_head) {
    std::vector<std::vector<double>> of_head;
    of_head.reserve(tokens.size());
    for (const std::vector<double>& token : tokens) {
      const auto begin = token.begin() + static_cast<std::ptrdiff_t>(kv_head * dim);
      of_head.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(dim));
    }
    return of_head;
  };
  std::vector<double> out;
  out.reserve(query.size());
  for (std::size_t head = 0; head < shape_.heads; ++head) {
    const HostAttention one = host_attention(query.subspan(head * dim, dim), slice(past.keys, head / group),
                                             slice(past.values, head / group));
    out.insert(out.end(), one.values.begin(), one.values.end());
  }
  return out;
}

std::vector<double> HostForward::append(std::uint32_t token) {
  std::vector<double> hidden = weight_row({.seed = seed_,
                                           .words = LlmMatrix::embedding,
                                           .layer = 0,
                                           .row = token,
                                           .columns = shape_.hidden,
                                           .format = MatrixFormat::bf16,
                                           .unit = weight_unit(LlmMatrix::embedding, 1.0)});
  const std::size_t dim = shape_.head_dim;
  const std::size_t query = shape_.heads * dim;
  const std::size_t of_cache = shape_.kv_heads * dim;
  for (std::size_t l = 0; l < shape_.layers; ++l) {
    const Layer& layer = layers_[l % layers_.size()];
    Past& past = past_[l];
    std::vector<double> qkv = product(layer.qkv, host_norm(hidden, layer.attention_gain, shape_.norm_epsilon));
    for (std::size_t at = 0; at < query + of_cache; at += dim) {
      rotate(std::span(qkv).subspan(at, dim), past.keys.size(), shape_.rope_theta);
    }
    const auto key = qkv.begin() + static_cast<std::ptrdiff_t>(query);
    const auto value = key + static_cast<std::ptrdiff_t>(of_cache);
    past.keys.emplace_back(key, value);
    past.values.emplace_back(value, qkv.end());
    add_to(hidden, product(layer.o, attend(past, std::span(qkv).first(query))));
    const std::vector<double> pairs =
        product(layer.gate_up, host_norm(hidden, layer.feed_forward_gain, shape_.norm_epsilon));
    std::vector<double> gated(shape_.ffn);
    for (std::size_t i = 0; i < gated.size(); ++i) {
      gated[i] = host_silu(pairs[2 * i]) * pairs[2 * i + 1];
    }
    add_to(hidden, product(layer.down, gated));
  }
  return product(head_, host_norm(hidden, head_gain_, shape_.norm_epsilon));
}

}  // namespace assay::cuda
