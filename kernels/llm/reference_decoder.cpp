#include "kernels/llm/reference_decoder.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay {
namespace {

std::vector<std::vector<double>> rows_of(const WeightMatrix& matrix) {
  std::vector<std::vector<double>> rows;
  rows.reserve(matrix.rows);
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    rows.push_back(matrix.dequantised_row(row));
  }
  return rows;
}

std::vector<double> product(const std::vector<std::vector<double>>& matrix, std::span<const double> x) {
  std::vector<double> y;
  y.reserve(matrix.size());
  for (const std::vector<double>& row : matrix) {
    y.push_back(std::inner_product(row.begin(), row.end(), x.begin(), 0.0));
  }
  return y;
}

void add_to(std::vector<double>& sum, std::span<const double> x) {
  std::transform(sum.begin(), sum.end(), x.begin(), sum.begin(), std::plus<>());
}

}  // namespace

std::vector<double> reference_norm(std::span<const double> x, std::span<const float> gain, double epsilon) {
  const double squares = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
  const double rms = std::sqrt(squares / static_cast<double>(x.size()) + epsilon);
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    y[i] = x[i] / rms * static_cast<double>(gain[i]);
  }
  return y;
}

void reference_rotate(std::span<double> head, std::uint32_t position, double theta) {
  const std::size_t half = head.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const double angle =
        static_cast<double>(position) * std::pow(theta, -static_cast<double>(i) / static_cast<double>(half));
    const double x = head[i];
    const double y = head[half + i];
    head[i] = x * std::cos(angle) - y * std::sin(angle);
    head[half + i] = x * std::sin(angle) + y * std::cos(angle);
  }
}

double reference_silu(double x) { return x / (1 + std::exp(-x)); }

ReferenceDecoder::ReferenceDecoder(const LlamaShape& shape, const DecoderWeights& weights)
    : shape_(shape), weights_(weights), head_(rows_of(weights.matrix(DecoderMatrix::head, 0))) {
  for (std::uint32_t i = 0; i < shape.layers; ++i) {
    layers_.push_back({.qkv = rows_of(weights.matrix(DecoderMatrix::qkv, i)),
                       .o = rows_of(weights.matrix(DecoderMatrix::o, i)),
                       .gate_up = rows_of(weights.matrix(DecoderMatrix::gate_up, i)),
                       .down = rows_of(weights.matrix(DecoderMatrix::down, i)),
                       .keys = {},
                       .values = {}});
  }
}

void ReferenceDecoder::clear() {
  for (Layer& layer : layers_) {
    layer.keys.clear();
    layer.values.clear();
  }
}

void ReferenceDecoder::adopt(const KvCache& cache, std::span<const std::uint32_t> pages, std::uint32_t tokens) {
  for (std::uint32_t layer = 0; layer < layers_.size(); ++layer) {
    for (std::uint32_t t = 0; t < tokens; ++t) {
      std::vector<double>& keys = layers_[layer].keys.emplace_back();
      std::vector<double>& values = layers_[layer].values.emplace_back();
      for (std::uint32_t head = 0; head < shape_.kv_heads; ++head) {
        const std::byte* const page = cache.head(layer, head) + pages[t / kPageTokens] * cache.page_stride();
        std::ranges::copy(read_key(cache.block(), page, t % kPageTokens), std::back_inserter(keys));
        std::ranges::copy(read_value(cache.block(), page, t % kPageTokens), std::back_inserter(values));
      }
    }
  }
}

std::vector<double> ReferenceDecoder::attend(const Layer& layer, std::span<const double> query) const {
  const std::size_t dim = shape_.head_dim;
  std::vector<double> output(query.size());
  for (std::size_t head = 0; head < shape_.heads; ++head) {
    const std::size_t from = head / (shape_.heads / shape_.kv_heads) * dim;
    std::vector<double> weights;
    for (const std::vector<double>& keys : layer.keys) {
      double score = 0;
      for (std::size_t i = 0; i < dim; ++i) {
        score += query[head * dim + i] * keys[from + i];
      }
      weights.push_back(score / std::sqrt(static_cast<double>(dim)));
    }
    const double most = *std::ranges::max_element(weights);
    double sum = 0;
    for (double& weight : weights) {
      weight = std::exp(weight - most);
      sum += weight;
    }
    for (std::size_t t = 0; t < weights.size(); ++t) {
      for (std::size_t i = 0; i < dim; ++i) {
        output[head * dim + i] += weights[t] / sum * layer.values[t][from + i];
      }
    }
  }
  return output;
}

std::vector<double> ReferenceDecoder::append(std::uint32_t token) {
  const std::size_t query_size = shape_.heads * shape_.head_dim;
  const std::size_t kv_size = shape_.kv_heads * shape_.head_dim;
  std::vector<double> hidden;
  for (std::size_t i = 0; i < shape_.hidden; ++i) {
    hidden.push_back(static_cast<double>(static_cast<float>(weights_.embedding(token, i))));
  }
  for (std::uint32_t i = 0; i < layers_.size(); ++i) {
    Layer& layer = layers_[i];
    const auto position = static_cast<std::uint32_t>(layer.keys.size());
    std::vector<double> qkv =
        product(layer.qkv, reference_norm(hidden, weights_.attention_gain(i), shape_.norm_epsilon));
    for (std::size_t at = 0; at < query_size + kv_size; at += shape_.head_dim) {
      reference_rotate(std::span(qkv).subspan(at, shape_.head_dim), position, shape_.rope_theta);
    }
    const auto keys = qkv.begin() + static_cast<std::ptrdiff_t>(query_size);
    const auto values = keys + static_cast<std::ptrdiff_t>(kv_size);
    layer.keys.emplace_back(keys, values);
    layer.values.emplace_back(values, qkv.end());
    add_to(hidden, product(layer.o, attend(layer, std::span(qkv).first(query_size))));
    const std::vector<double> pairs =
        product(layer.gate_up, reference_norm(hidden, weights_.feed_forward_gain(i), shape_.norm_epsilon));
    std::vector<double> gated;
    for (std::size_t k = 0; k < pairs.size(); k += 2) {
      gated.push_back(reference_silu(pairs[k]) * pairs[k + 1]);
    }
    add_to(hidden, product(layer.down, gated));
  }
  return product(head_, reference_norm(hidden, weights_.head_gain(), shape_.norm_epsilon));
}

}  // namespace assay
