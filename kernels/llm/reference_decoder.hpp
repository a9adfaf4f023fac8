#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/llm/decoder_weights.hpp"
#include "kernels/llm/kv_cache.hpp"
#include "kernels/llm/llama_shape.hpp"

namespace assay {

/// The forward pass of one sequence in double precision, from the dequantised weights, by code that shares nothing with
/// the decoder's loops. Inputs of products are not quantised. For small shapes: it holds every weight as a double.
class ReferenceDecoder {
 public:
  ReferenceDecoder(const LlamaShape& shape, const DecoderWeights& weights);

  /// Forgets the sequence.
  void clear();
  /// The first tokens of the sequence as a cache holds them.
  void adopt(const KvCache& cache, std::span<const std::uint32_t> pages, std::uint32_t tokens);
  /// Appends a token and returns the logits after it.
  [[nodiscard]] std::vector<double> append(std::uint32_t token);

 private:
  using Matrix = std::vector<std::vector<double>>;  ///< rows
  struct Layer {
    Matrix qkv, o, gate_up, down;
    std::vector<std::vector<double>> keys, values;  ///< of each token, the heads of the cache one after another
  };
  [[nodiscard]] std::vector<double> attend(const Layer& layer, std::span<const double> query) const;

  LlamaShape shape_;
  const DecoderWeights& weights_;
  std::vector<Layer> layers_;
  Matrix head_;
};

/// The same steps on their own.
[[nodiscard]] std::vector<double> reference_norm(std::span<const double> x, std::span<const float> gain,
                                                 double epsilon);
/// Turns the pairs (i, i + size / 2) by position * theta^(-2 i / size).
void reference_rotate(std::span<double> head, std::uint32_t position, double theta);
[[nodiscard]] double reference_silu(double x);

}  // namespace assay
