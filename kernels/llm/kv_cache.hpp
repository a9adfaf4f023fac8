#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/buffer.hpp"
#include "harness/units.hpp"
#include "kernels/llm/decoder_step.hpp"
#include "kernels/llm/llama_shape.hpp"

namespace assay {

/// Keys and values of kPageTokens tokens of one head: the keys [element][token], so that scores of all tokens of a page
/// are one vector's lanes; the values [token][element]; of int8 then the tokens' scales of keys and of values. 64-byte
/// aligned.
struct KvBlock {
  KvFormat format = KvFormat::bf16;
  std::size_t dim = 0;  ///< a multiple of 64

  [[nodiscard]] std::size_t plane_bytes() const { return kPageTokens * dim * bytes_of(format); }
  [[nodiscard]] std::size_t scale_bytes() const { return format == KvFormat::int8 ? kPageTokens * sizeof(float) : 0; }
  [[nodiscard]] std::size_t bytes() const { return 2 * (plane_bytes() + scale_bytes()); }
};

/// Stores the key and the value of a token. bf16: rounded to nearest; int8: the largest element is 127 scales.
void store_key(const KvBlock& block, std::byte* to, std::uint32_t slot, std::span<const float> key) noexcept;
void store_value(const KvBlock& block, std::byte* to, std::uint32_t slot, std::span<const float> value) noexcept;
/// What stands there, as numbers; for references.
[[nodiscard]] std::vector<double> read_key(const KvBlock& block, const std::byte* from, std::uint32_t slot);
[[nodiscard]] std::vector<double> read_value(const KvBlock& block, const std::byte* from, std::uint32_t slot);

/// The pages of all layers and heads.
class KvCache {
 public:
  /// Untouched memory. Throws as Buffer does.
  KvCache(const LlamaShape& shape, KvFormat format, std::uint32_t page_count);

  [[nodiscard]] const KvBlock& block() const { return block_; }
  [[nodiscard]] std::uint32_t page_count() const { return page_count_; }
  /// From one page to the next of the same layer and head.
  [[nodiscard]] std::size_t page_stride() const { return kv_heads_ * block_.bytes(); }
  /// Page 0 of that layer and head.
  [[nodiscard]] std::byte* head(std::uint32_t layer, std::uint32_t kv_head) const {
    return layers_[layer].as<std::byte>().data() + kv_head * block_.bytes();
  }
  /// Seeded keys and values of the size `unit` times a level (weight_rows.hpp), in all layers and heads.
  struct Filling {
    std::span<const std::uint32_t> pages;
    std::uint32_t tokens = 0;
    std::uint64_t seed = 0;
    double unit = 0.0;
  };
  void fill(const Filling& filling) const;
  void first_touch(std::uint32_t layer) const { layers_[layer].first_touch(); }

  [[nodiscard]] static Bytes bytes(const LlamaShape& shape, KvFormat format, std::uint32_t page_count);

 private:
  KvBlock block_;
  std::uint32_t page_count_;
  std::uint64_t kv_heads_;
  std::vector<Buffer> layers_;
};

/// One token's attention over a paged cache for the queries that share a head of it.
struct PagedAttention {
  KvBlock block;
  const std::byte* cache = nullptr;      ///< page 0 of the head
  std::size_t page_stride = 0;           ///< bytes
  const std::uint32_t* pages = nullptr;  ///< of the sequence, in order
  std::size_t tokens = 0;                ///< that are seen, this one included; at least 1
  std::size_t group = 0;                 ///< queries
  const float* queries = nullptr;        ///< group x dim, 64-byte aligned
  float* outputs = nullptr;              ///< group x dim, 64-byte aligned
  float* workspace = nullptr;            ///< attention_workspace(group) floats, 64-byte aligned
};

[[nodiscard]] constexpr std::size_t attention_workspace(std::size_t group) { return group * (kPageTokens + 2) + 64; }

/// softmax(q k / sqrt(dim)) v, page after page with a running maximum (Milakov and Gimelshein, "Online normalizer
/// calculation for softmax", 2018), so that a result depends on the tokens alone and not on how the prompt was cut.
/// Allocates nothing; one thread.
void paged_attention(const PagedAttention& step) noexcept;

}  // namespace assay
