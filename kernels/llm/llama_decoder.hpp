#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/units.hpp"
#include "kernels/kernel.hpp"
#include "kernels/llm/decoder_step.hpp"
#include "kernels/llm/llama_shape.hpp"

namespace assay {

/// How the next token is chosen from the logits.
struct TokenSampling {
  double temperature = 0.0;  ///< 0: the largest logit, the lower token among equals
  std::uint32_t top_k = 40;  ///< 1 to kLargestTopK, of a temperature above 0
  std::uint64_t seed = 0;    ///< the draw depends on it, on the position and on the last token, not on the batch
};
inline constexpr std::uint32_t kLargestTopK = 64;

struct DecoderOptions {
  LlamaShape shape;
  DecoderFormats formats;
  /// Layers whose weights are held; layer i uses those of layer i mod held_layers. 0: all if they fit into `memory`,
  /// else the most that fit, but at least 8 (or all, where there are fewer).
  std::uint32_t held_layers = 0;
  /// What weights, cache and buffers may take together; 0: nine tenths of what the machine says is available now.
  Bytes memory;
  std::uint32_t page_count = 64;    ///< of the cache, each of kPageTokens tokens
  std::uint32_t most_tokens = 256;  ///< computed with one reading of the weights; a step of more is split
  std::uint32_t most_outputs = 64;  ///< sequences of one step, at most most_tokens
  std::vector<int> cpus;            ///< of the threads: the caller is the first. Empty: the caller alone, not pinned
  std::uint64_t seed = 1;           ///< of the weights
  TokenSampling sampling;
};

/// What a decoder takes.
struct DecoderMemory {
  Bytes weights;    ///< of the layers held, and the head where it is not the embedding
  Bytes embedding;  ///< in bf16
  Bytes cache;
  Bytes buffers;  ///< activations, logits, tables
  [[nodiscard]] Bytes total() const { return weights + embedding + cache + buffers; }
};

/// A Llama with seeded random weights on the CPUs of this machine: a decoder of the true shape, whose answers mean
/// nothing and whose arithmetic is checked.
///
/// Weights in bf16 multiply activations in float; in int8 and int4 they multiply activations in 8 bits with one scale a
/// token (W8A8, W4A8). Prompts go through the same loops as answers: on a Zen 3 guest they did 1.1 (int8) and 1.5
/// (int4) times the work a second of OpenBLAS's f32 product, which dequantised weights would need; in bf16 0.6 of it,
/// which buys that results do not depend on the batch. What a sequence gets does not depend on the other sequences of
/// its steps, on how its prompt is cut, on its pages or on the number of threads, to the last bit.
///
/// One thread at a time uses a decoder: the one that made it, pinned to cpus[0] by its owner. The others sleep between
/// steps.
class LlamaDecoder {
 public:
  /// Fills the weights. Throws std::invalid_argument naming each bad option and what is accepted (fp8 has no CPU
  /// kernels), std::runtime_error if the memory or a CPU cannot be had.
  explicit LlamaDecoder(const DecoderOptions& options);
  LlamaDecoder(const LlamaDecoder&) = delete;
  LlamaDecoder& operator=(const LlamaDecoder&) = delete;
  ~LlamaDecoder();

  /// The memory that a decoder of these options would take and the layers it would hold, without making one.
  /// Throws as the constructor does.
  struct Plan {
    std::uint32_t held_layers = 0;
    DecoderMemory memory;
  };
  [[nodiscard]] static Plan plan(const DecoderOptions& options);

  /// What is wrong with the step, empty if nothing: pages that are missing or out of range, a token outside the
  /// vocabulary, a position beyond the shape's context, more sequences than most_outputs. Pages may be shared by
  /// sequences that only read them. May allocate.
  [[nodiscard]] std::string problem_of(const DecoderStep& step) const;

  /// Appends the tokens of each sequence to its pages and chooses next tokens. Allocates nothing. The step must be
  /// without problem_of(): the program ends where memory would be overrun.
  void step(const DecoderStep& step) noexcept;

  /// The logits of a sequence of the last step that wanted a token; of shape().vocabulary elements.
  [[nodiscard]] std::span<const float> logits(std::size_t sequence) const;

  [[nodiscard]] const LlamaShape& shape() const;
  [[nodiscard]] const DecoderFormats& formats() const;
  [[nodiscard]] std::uint32_t held_layers() const;
  [[nodiscard]] std::size_t threads() const;
  [[nodiscard]] DecoderMemory memory() const;
  /// Of all weights held, equal on every machine for equal shape, formats, held layers and seed.
  [[nodiscard]] std::uint64_t weights_checksum() const;
  /// For the reader and for the result: seed, checksum, formats, "weights aliased x(80/8)", instruction set, threads.
  [[nodiscard]] std::map<std::string, std::string> facts() const;

  /// The whole forward pass of a shape of at most kLargestVerified parameters against double precision, else
  /// spot_check(). Overwrites the pages of the cache: no sequence may be under way.
  [[nodiscard]] OutputCheck verify();
  static constexpr std::uint64_t kLargestVerified = 16'000'000;

  /// Recomputes in double 64 random outputs of each of the five matrix products and 4 random (sequence, head) rows of
  /// attention, in a random layer of a small step. Overwrites the pages of the cache.
  [[nodiscard]] OutputCheck spot_check(std::uint64_t seed);

  /// The logits after a token that follows `before` tokens of those pages, in double from the dequantised weights and
  /// the cache as it is. Of a shape of at most kLargestVerified parameters; slow.
  [[nodiscard]] std::vector<double> reference_logits(std::span<const std::uint32_t> pages, std::uint32_t before,
                                                     std::uint32_t token) const;

  /// Fills `tokens` tokens of the pages with seeded keys and values, as if they had been computed: a context without
  /// its prompt. The pages as in SequenceStep.
  void fill_cache(std::span<const std::uint32_t> pages, std::uint32_t tokens, std::uint64_t seed);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace assay
