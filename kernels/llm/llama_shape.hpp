#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "harness/units.hpp"

namespace assay {

/// How a decoder's matrices are stored. int8: one scale a row; int4: groups of 128 along a row, each with 32 bits of
/// scale, so 4.25 bits a weight. fp8 exists on GPUs and in arithmetic only.
enum class WeightFormat { bf16, fp8, int8, int4 };
[[nodiscard]] std::string_view name_of(WeightFormat format);

/// How keys and values are stored.
enum class KvFormat { bf16, fp8, int8 };
[[nodiscard]] std::string_view name_of(KvFormat format);
[[nodiscard]] std::uint64_t bytes_of(KvFormat format);  ///< of one element, without scales

/// The formats of a model's memory: the matrices of the layers, the head (the product that gives the logits), the
/// cache. The embedding is a gather of rows and stays in bf16.
struct DecoderFormats {
  WeightFormat weights = WeightFormat::bf16;
  WeightFormat head = WeightFormat::bf16;
  KvFormat kv = KvFormat::bf16;
};

/// The shape of a Llama: grouped-query attention, SwiGLU, RMSNorm, rotary positions, no biases. Source: "The Llama 3
/// Herd of Models", 2024, table 3, and the published configurations.
struct LlamaShape {
  std::string_view name;
  std::uint64_t layers = 0;
  std::uint64_t hidden = 0;
  std::uint64_t heads = 0;
  std::uint64_t kv_heads = 0;
  std::uint64_t head_dim = 0;
  std::uint64_t ffn = 0;
  std::uint64_t vocabulary = 0;
  std::uint64_t context = 0;
  bool tied = false;  ///< the head is the embedding
  double rope_theta = 500'000.0;
  double norm_epsilon = 1e-5;

  /// Elements of the matrices of one layer: q, k, v, o, gate, up, down.
  [[nodiscard]] std::uint64_t layer_matrix_elements() const;
  /// All parameters: matrices, norms, embedding and head; a tied head is counted once.
  [[nodiscard]] std::uint64_t parameters() const;

  /// Work of one token in the matrices of all layers; the head is apart, because a prompt's tokens need it once.
  [[nodiscard]] Flops layers_work() const;
  [[nodiscard]] Flops head_work() const;
  /// Work of attention for one token that sees `context_tokens` tokens, itself included: scores and their weighted sum.
  [[nodiscard]] Flops attention_work(std::uint64_t context_tokens) const;
  /// A prompt of `tokens`: the layers for each, causal attention, the head once.
  [[nodiscard]] Flops prompt_work(std::uint64_t tokens) const;
  /// Attention of `tokens` tokens that follow `before`, each seeing what is before it and itself.
  [[nodiscard]] Flops attention_work_of_chunk(std::uint64_t before, std::uint64_t tokens) const;

  /// Keys and values of one token in all layers.
  [[nodiscard]] Bytes kv_bytes_per_token(KvFormat format) const;
  /// What one iteration reads of the weights, whatever its batch: all layers and the head.
  [[nodiscard]] Bytes streamed_bytes(const DecoderFormats& formats) const;
  /// streamed_bytes() and the embedding, where it is not the head.
  [[nodiscard]] Bytes resident_bytes(const DecoderFormats& formats) const;
};

/// llama3-70b, llama3-8b, llama3.2-1b; `tiny`, whose int4 weights exceed the last-level cache of common machines and
/// which answers within a second on two cores; `verify`, small enough for a reference in double precision.
[[nodiscard]] std::span<const LlamaShape> llama_shapes();

/// Returns nullptr if there is no shape of that name.
[[nodiscard]] const LlamaShape* find_llama_shape(std::string_view name);

/// Bytes of a matrix of `rows` x `columns`, with the scales of its format.
[[nodiscard]] Bytes matrix_bytes(WeightFormat format, std::uint64_t rows, std::uint64_t columns);

}  // namespace assay
