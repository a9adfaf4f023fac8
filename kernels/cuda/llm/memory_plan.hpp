#pragma once

#include <cstdint>

#include "kernels/cuda/llm/llm_interface.h"

namespace assay::cuda {

/// Throws std::invalid_argument naming each option that makes no sense on a card of that compute capability
/// (80, 89, 90, 100) and what is accepted.
void check_options(const AssayLlmOptions& options, std::uint32_t capability);

/// The shape that the card computes: of tp_shard ranks each has its share of the heads, of the feed-forward part and of
/// the vocabulary, as Megatron-LM cuts them (Shoeybi et al., 2019).
[[nodiscard]] AssayLlmShape rank_shape(const AssayLlmShape& whole, std::uint32_t ranks);

/// A matrix of the decoder.
struct MatrixSize {
  std::uint32_t rows;
  std::uint32_t columns;
};
/// `which` as LlmMatrix counts: qkv, o, gate_up, down, embedding, head.
[[nodiscard]] MatrixSize matrix_size(const AssayLlmShape& shape, std::uint32_t which);

/// Bytes of the weights of one layer with scales and gains; of embedding, head, last gain and rotation tables; of one
/// page of the cache in all layers.
[[nodiscard]] std::uint64_t layer_bytes(const AssayLlmShape& shape, std::int32_t weights);
[[nodiscard]] std::uint64_t table_bytes(const AssayLlmShape& shape);
[[nodiscard]] std::uint64_t page_bytes(const AssayLlmShape& shape, std::int32_t kv);

/// Buffers are counted by whoever lays them out.
struct MemoryThere {
  std::uint64_t bytes = 0;         ///< that may be used in all
  std::uint64_t buffer_bytes = 0;  ///< of that, for activations, logits, workspaces, tables
};

/// Which layers are held: all if they fit, else the most that fit, but at least 8 (or all, where there are fewer), so
/// that no weight is in the second-level cache when its turn comes again. Throws std::invalid_argument where that does
/// not fit, with what would.
[[nodiscard]] AssayLlmPlan choose_memory_plan(const AssayLlmOptions& options, const MemoryThere& there);

}  // namespace assay::cuda
