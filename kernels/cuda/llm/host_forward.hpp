#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/cuda/llm/card_weights.hpp"

namespace assay::cuda {

/// The forward pass of one sequence in double precision on the host, from the weights that the card holds, by code that
/// shares nothing with the kernels; inputs of products are not quantised. For small shapes: it holds every weight.
class HostForward {
 public:
  HostForward(const AssayLlmShape& shape, std::int32_t weights, std::uint32_t held_layers, std::uint64_t seed);

  /// Appends a token and returns the logits after it.
  [[nodiscard]] std::vector<double> append(std::uint32_t token);

 private:
  using Matrix = std::vector<std::vector<double>>;
  struct Layer {
    Matrix qkv, o, gate_up, down;
    std::vector<float> attention_gain, feed_forward_gain;
  };
  struct Past {
    std::vector<std::vector<double>> keys, values;
  };
  [[nodiscard]] Matrix matrix_of(LlmMatrix which, std::uint32_t layer) const;
  [[nodiscard]] std::vector<double> attend(const Past& past, std::span<const double> query) const;

  AssayLlmShape shape_;
  std::int32_t weights_;
  std::uint64_t seed_;
  std::vector<Layer> layers_;
  std::vector<Past> past_;
  Matrix head_;
  std::vector<float> head_gain_;
};

/// Its steps.
[[nodiscard]] std::vector<double> host_norm(std::span<const double> x, std::span<const float> gain, double epsilon);
[[nodiscard]] double host_silu(double x);
/// softmax(q k / sqrt(dim)) v over tokens; `weight_sums`: of each dim the sum of weight times |value|.
struct HostAttention {
  std::vector<double> values;
  std::vector<double> weight_sums;
};
[[nodiscard]] HostAttention host_attention(std::span<const double> query, std::span<const std::vector<double>> keys,
                                           std::span<const std::vector<double>> values);

}  // namespace assay::cuda
