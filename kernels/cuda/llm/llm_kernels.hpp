#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/llm/step_entries.hpp"

// The decoder's own kernels. Each function starts one kernel on the stream and throws GpuError if it does not start.
// Pointers are to the card's memory, 16-byte aligned, rows without gaps; a 16-bit float is its bits.

struct CUstream_st;

namespace assay::cuda {

using StreamHandle = CUstream_st*;
enum class ActivationFormat : std::uint8_t { bf16, f8 };
enum class CacheFormat : std::uint8_t { bf16, f8 };

/// The cache of one layer: pages of kv_heads blocks, each the keys [16 tokens][dim] and then the values, transposed:
/// [dim][16 tokens].
struct CacheView {
  void* layer = nullptr;
  CacheFormat format = CacheFormat::bf16;
  std::uint32_t kv_heads = 0;
  std::uint32_t dim = 0;  ///< 64 or 128
};

/// A product's output in bf16. Where the library cannot apply the scales of tokens and channels inside the product,
/// whoever reads it does: the value is bits * token_scales[row] * channel_scales[column]; null: nothing to apply.
struct ProductOutput {
  const std::uint16_t* values = nullptr;
  const float* token_scales = nullptr;
  const float* channel_scales = nullptr;
};

/// What a product reads: bf16, or e4m3 with a scale for each token (its largest element is 448).
struct ProductInputRows {
  void* values = nullptr;
  float* scales = nullptr;
  ActivationFormat format = ActivationFormat::bf16;
};

struct EmbedWork {
  const StepRow* rows = nullptr;
  const std::uint32_t* chosen_before = nullptr;  ///< by the step before
  const std::uint16_t* table = nullptr;
  float* hidden = nullptr;
  std::uint32_t* tokens = nullptr;  ///< of the rows, all known now
  std::uint32_t row_count = 0;
  std::uint32_t size = 0;  ///< a multiple of 8
  std::uint32_t vocabulary = 0;
};
void launch_embed(StreamHandle stream, const EmbedWork& work);

/// hidden += delta; input = RMSNorm(hidden) gain. `outputs`: only those rows, into consecutive ones, hidden untouched.
struct NormWork {
  float* hidden = nullptr;
  ProductOutput delta;  ///< null values: nothing to add
  const OutputEntry* outputs = nullptr;
  const float* gain = nullptr;
  ProductInputRows input;
  float epsilon = 0.0F;
  std::uint32_t row_count = 0;
  std::uint32_t size = 0;  ///< a multiple of 8
};
void launch_norm(StreamHandle stream, const NormWork& work);

/// Rotates queries and keys, stores keys and values in the cache. Queries: 16-bit floats, of binary16 for a cache of
/// e4m3, else of bf16.
struct RotateWork {
  const StepRow* rows = nullptr;
  const std::uint32_t* pages = nullptr;
  ProductOutput qkv;
  const float* cosines = nullptr;  ///< [position][dim / 2]
  const float* sines = nullptr;
  std::uint16_t* queries = nullptr;
  CacheView cache;
  std::uint32_t row_count = 0;
  std::uint32_t heads = 0;
};
void launch_rotate(StreamHandle stream, const RotateWork& work);

/// What the splits of a decode leave: of each (decode, kv head, split, head of the group) the largest score and the
/// sum, and dim sums of weighted values that are not divided yet.
struct SplitParts {
  float* values = nullptr;
  float* sums = nullptr;  ///< pairs
  std::uint32_t splits = 1;
};

struct DecodeAttentionWork {
  const DecodeEntry* decodes = nullptr;
  const std::uint32_t* pages = nullptr;
  const std::uint16_t* queries = nullptr;
  CacheView cache;
  SplitParts parts;
  std::uint32_t decode_count = 0;
  std::uint32_t heads = 0;
};
/// Groups of at most kMostGroup heads.
void launch_decode_attention(StreamHandle stream, const DecodeAttentionWork& work);
inline constexpr std::uint32_t kMostGroup = 8;

struct PromptAttentionWork {
  const PromptTile* tiles = nullptr;
  const std::uint32_t* pages = nullptr;
  const std::uint16_t* queries = nullptr;
  CacheView cache;
  std::uint16_t* attended = nullptr;  ///< bf16, [row][heads x dim]
  std::uint32_t tile_count = 0;
  std::uint32_t heads = 0;
};
void launch_prompt_attention(StreamHandle stream, const PromptAttentionWork& work);

/// Any group, every row, one warp a row and head, no matrix instructions: for other shapes and as a cross-check.
struct PlainAttentionWork {
  const StepRow* rows = nullptr;
  const std::uint32_t* pages = nullptr;
  const std::uint16_t* queries = nullptr;
  CacheView cache;
  std::uint16_t* attended = nullptr;
  std::uint32_t row_count = 0;
  std::uint32_t heads = 0;
};
void launch_plain_attention(StreamHandle stream, const PlainAttentionWork& work);

/// The o product's input: the splits of decodes joined, the rows of prompts as they are.
struct FinishAttentionWork {
  const StepRow* rows = nullptr;
  SplitParts parts;  ///< null values: no row has any
  const std::uint16_t* attended = nullptr;
  ProductInputRows input;
  std::uint32_t row_count = 0;
  std::uint32_t heads = 0;  ///< heads x dim at most kMostQuerySize
  std::uint32_t kv_heads = 0;
  std::uint32_t dim = 0;
};
void launch_finish_attention(StreamHandle stream, const FinishAttentionWork& work);
inline constexpr std::uint32_t kMostQuerySize = 8192;
inline constexpr std::uint32_t kMostSplits = 16;  ///< one block joins them: more cost more than they save

/// Columns of the product are pairs (gate, up); input = silu(gate) up.
struct GateWork {
  ProductOutput pairs;
  ProductInputRows input;
  std::uint32_t row_count = 0;
  std::uint32_t size = 0;  ///< pairs of a row, a multiple of 4
};
void launch_gate(StreamHandle stream, const GateWork& work);

/// Stands in for the all-reduce of a product among n ranks: moves 2 (n - 1) / n of its bytes in and as many out, in the
/// card's own memory.
struct AllReduceWork {
  std::uint16_t* values = nullptr;
  const std::uint16_t* peers = nullptr;  ///< as many zeros
  std::uint64_t count = 0;               ///< a multiple of 8
  std::uint32_t ranks = 1;
};
void launch_all_reduce_stand_in(StreamHandle stream, const AllReduceWork& work);

struct ChooseWork {
  const float* logits = nullptr;
  const OutputEntry* outputs = nullptr;
  const std::uint32_t* tokens = nullptr;  ///< of the rows
  std::uint32_t* chosen = nullptr;        ///< kNoIndex where a logit is no finite number
  std::uint32_t output_count = 0;
  std::uint32_t vocabulary = 0;
  float temperature = 0.0F;  ///< 0: the largest
  std::uint32_t top_k = 1;   ///< at most kMostTopK
  std::uint64_t seed = 0;
};
void launch_choose(StreamHandle stream, const ChooseWork& work);
inline constexpr std::uint32_t kMostTopK = 64;

}  // namespace assay::cuda
