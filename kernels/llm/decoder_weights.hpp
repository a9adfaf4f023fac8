#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/buffer.hpp"
#include "harness/units.hpp"
#include "kernels/bfloat16.hpp"
#include "kernels/llm/llama_shape.hpp"
#include "kernels/llm/weight_rows.hpp"
#include "kernels/llm/worker_pool.hpp"

namespace assay {

/// The products of a layer and the two tables. The rows of gate_up are pairs: row 2 i of the gate, then row i of up.
enum class DecoderMatrix : std::uint8_t { qkv, o, gate_up, down, embedding, head };

inline constexpr std::size_t kPanelRows = 4;
inline constexpr std::size_t kChunkBytes = 64;

/// A matrix as the products read it: panels of four rows; of a panel the first 64 bytes of each row, then the second 64
/// bytes of each, so that a product of one token reads memory from its beginning to its end, which is what the
/// prefetchers of a core do best. (Rows one after another are four streams that end after a KiB or two: on one machine,
/// Zen 3, a core read int8 at 10.9 GB/s that way.) A multiple of 4 rows and of kWeightGroup columns; 64-byte aligned.
struct WeightMatrix {
  WeightFormat format = WeightFormat::bf16;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t block_rows = 0;  ///< of a block of work; the last may have fewer
  const std::byte* weights = nullptr;
  const float* scales = nullptr;  ///< int8: one a row; int4: columns / kWeightGroup a row

  [[nodiscard]] std::size_t row_bytes() const;
  /// 64 bytes of a row.
  [[nodiscard]] const std::byte* chunk(std::size_t row, std::size_t index) const {
    return weights + (row / kPanelRows * kPanelRows) * row_bytes() +
           (index * kPanelRows + row % kPanelRows) * kChunkBytes;
  }
  [[nodiscard]] std::size_t row_scales() const;
  [[nodiscard]] std::uint32_t blocks() const {
    return static_cast<std::uint32_t>((rows + block_rows - 1) / block_rows);
  }
  /// Row `row` as numbers, by code that shares nothing with the products; for references.
  [[nodiscard]] std::vector<double> dequantised_row(std::size_t row) const;
};

/// The weights of a decoder, from a seed alone: normal with standard deviation 0.02 (those of o and down divided by
/// sqrt(2 layers), as in GPT-2, so that the sum over the layers keeps its size); gains of norms near 1.
class DecoderWeights {
 public:
  struct Options {
    LlamaShape shape;
    DecoderFormats formats;
    std::uint32_t held_layers = 1;  ///< layer i uses those of layer i mod held_layers
    std::uint64_t seed = 0;
  };

  /// Fills them with all workers, each the blocks that it will multiply. Throws as Buffer does.
  DecoderWeights(const Options& options, WorkerPool& pool);

  [[nodiscard]] const WeightMatrix& matrix(DecoderMatrix which, std::uint32_t layer) const;
  /// Of the norm before attention, before the feed-forward part, and before the head.
  [[nodiscard]] std::span<const float> attention_gain(std::uint32_t layer) const;
  [[nodiscard]] std::span<const float> feed_forward_gain(std::uint32_t layer) const;
  [[nodiscard]] std::span<const float> head_gain() const;
  [[nodiscard]] BFloat16 embedding(std::uint32_t token, std::size_t element) const;

  [[nodiscard]] std::uint32_t held_layers() const { return options_.held_layers; }
  [[nodiscard]] std::uint64_t checksum() const { return checksum_; }

  /// The matrix of that shape, without weights.
  [[nodiscard]] static WeightMatrix describe(const LlamaShape& shape, const DecoderFormats& formats,
                                             DecoderMatrix which, std::size_t workers);
  /// Bytes of matrices, scales and gains: without the embedding, and the embedding.
  [[nodiscard]] static Bytes bytes(const LlamaShape& shape, const DecoderFormats& formats, std::uint32_t held_layers);
  [[nodiscard]] static Bytes embedding_bytes(const LlamaShape& shape);
  /// The head is the embedding: tied, and of its format.
  [[nodiscard]] static bool shares_embedding(const LlamaShape& shape, const DecoderFormats& formats);

 private:
  class Fill;
  struct Held {
    WeightMatrix matrix;
    Buffer buffer;
  };
  [[nodiscard]] Held make(DecoderMatrix which, std::size_t workers) const;
  [[nodiscard]] double unit_of(DecoderMatrix which) const;

  Options options_;
  std::vector<Held> layers_;  ///< qkv, o, gate_up, down of each
  std::vector<Held> tables_;  ///< embedding, head
  std::vector<float> gains_;  ///< attention, feed-forward of each layer held, then head
  std::uint64_t checksum_ = 0;
};

}  // namespace assay
