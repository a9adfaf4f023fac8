#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernels/cuda/llm/llm_interface.h"
#include "kernels/cuda/llm/step_entries.hpp"

namespace assay::cuda {

/// The most of each that a pass may have.
struct PassLimits {
  std::uint32_t rows = 0;
  std::uint32_t outputs = 0;  ///< also the most decodes
  std::uint32_t pages = 0;    ///< of the cache: the number of the page that belongs to nobody
  std::uint32_t context = 0;  ///< of the model
  std::uint32_t vocabulary = 0;
};

/// The sizes that kernels are started with, padding included: what a graph is made for.
struct PassShape {
  std::uint32_t rows = 0;
  std::uint32_t decodes = 0;
  std::uint32_t tiles = 0;
  std::uint32_t outputs = 0;
  bool bucketed = false;  ///< the sizes of a bucket: a graph can be kept for them

  friend bool operator==(const PassShape&, const PassShape&) = default;
};

/// Buckets of passes without prompts, ascending, the last at least `most`.
[[nodiscard]] std::vector<std::uint32_t> decode_buckets(std::uint32_t most);
/// Buckets of rows for passes with prompts, and of the decodes beside them.
[[nodiscard]] std::vector<std::uint32_t> mixed_row_buckets(std::uint32_t most);
[[nodiscard]] std::vector<std::uint32_t> mixed_decode_buckets(std::uint32_t most);
/// Tiles that a mixed bucket has room for: those of its rows, and one more for each of 16 prompts.
[[nodiscard]] std::uint32_t tiles_of_bucket(std::uint32_t rows);
[[nodiscard]] std::uint32_t bucket_of(std::span<const std::uint32_t> buckets, std::uint32_t count);

/// Rows of a matrix product for so many tokens: fp8 products of cuBLASLt want multiples of 16.
[[nodiscard]] constexpr std::uint32_t product_rows(std::uint32_t rows) { return (rows + 15U) / 16U * 16U; }

/// How many blocks share the context of a sequence: enough that `blocks_wanted` are there in all, at most 64.
[[nodiscard]] std::uint32_t choose_splits(std::uint32_t decodes, std::uint32_t kv_heads, std::uint32_t blocks_wanted);

/// Where the arrays of a pass stand in the card's memory; the list of pages is last, because it alone varies.
struct PassLayout {
  explicit PassLayout(const PassLimits& limits);
  std::size_t rows_at = 0;
  std::size_t decodes_at = 0;
  std::size_t tiles_at = 0;
  std::size_t outputs_at = 0;
  std::size_t pages_at = 0;
  std::size_t bytes = 0;  ///< of the longest pass
  std::uint32_t most_tiles = 0;
  std::uint32_t most_list = 0;  ///< pages in the list
};

/// One pass, laid out in host memory.
struct PackedPass {
  PassShape shape;
  std::uint32_t rows = 0;  ///< without padding
  std::uint32_t decodes = 0;
  std::uint32_t tiles = 0;
  std::uint32_t outputs = 0;
  std::size_t bytes = 0;  ///< to be copied
};

/// What is wrong with a step, empty if nothing.
[[nodiscard]] std::string problem_of(std::span<const AssayLlmSequence> step, const PassLimits& limits);

/// Cuts a step into passes. A step that has no problem_of() is laid out completely.
class StepPacker {
 public:
  explicit StepPacker(const PassLimits& limits);

  /// `output_before`: of each sequence of the step before, the place of its token among the chosen ones.
  void begin(std::span<const AssayLlmSequence> step, std::span<const std::uint32_t> output_before);
  /// Writes the next pass to `to`, of layout().bytes; false: there was none left.
  [[nodiscard]] bool pack(std::span<std::byte> to, PackedPass& pass);
  /// After the last pass: of each sequence of this step the place of its token, kNoIndex without one.
  [[nodiscard]] std::span<const std::uint32_t> outputs() const { return outputs_; }
  [[nodiscard]] const PassLayout& layout() const { return layout_; }

 private:
  void add_piece(std::uint32_t sequence, std::uint32_t first, std::uint32_t count, PackedPass& pass);
  void pad(PackedPass& pass) const;

  PassLimits limits_;
  PassLayout layout_;
  std::vector<std::uint32_t> decode_buckets_, mixed_rows_, mixed_decodes_;
  std::span<const AssayLlmSequence> step_;
  std::span<const std::uint32_t> output_before_;
  std::vector<std::uint32_t> outputs_;
  std::uint32_t next_sequence_ = 0;
  std::uint32_t next_token_ = 0;
  std::uint32_t chosen_ = 0;
  std::uint32_t listed_ = 0;
  StepRow* rows_ = nullptr;
  DecodeEntry* decodes_ = nullptr;
  PromptTile* tiles_ = nullptr;
  OutputEntry* entries_ = nullptr;
  std::uint32_t* pages_ = nullptr;
};

}  // namespace assay::cuda
