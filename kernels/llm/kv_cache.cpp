#include "kernels/llm/kv_cache.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/bfloat16.hpp"
#include "kernels/llm/weight_rows.hpp"

namespace assay {
namespace {

constexpr std::uint32_t kFillStream = 32;  // of the counter, beside those of the weights: keys, then values

float* scales_of(const KvBlock& block, std::byte* data, bool values) {
  return reinterpret_cast<float*>(data + 2 * block.plane_bytes() + (values ? block.scale_bytes() : 0));
}

const float* scales_of(const KvBlock& block, const std::byte* data, bool values) {
  return reinterpret_cast<const float*>(data + 2 * block.plane_bytes() + (values ? block.scale_bytes() : 0));
}

// Element i goes to first + i * step.
void store_elements(const KvBlock& block, std::byte* plane, std::size_t first, std::size_t step,
                    std::span<const float> x, float* scale) {
  if (block.format == KvFormat::bf16) {
    auto* const to = reinterpret_cast<BFloat16*>(plane) + first;
    for (std::size_t i = 0; i < x.size(); ++i) {
      to[i * step] = BFloat16(x[i]);
    }
    return;
  }
  float most = 0;
  for (const float value : x) {
    most = std::max(most, std::fabs(value));
  }
  *scale = most / 127.0F;
  const float factor = most > 0 ? 127.0F / most : 0.0F;
  auto* const to = reinterpret_cast<std::int8_t*>(plane) + first;
  for (std::size_t i = 0; i < x.size(); ++i) {
    to[i * step] = static_cast<std::int8_t>(std::lrint(x[i] * factor));
  }
}

std::vector<double> read_elements(const KvBlock& block, const std::byte* plane, std::size_t first, std::size_t step,
                                  const float* scale) {
  std::vector<double> values(block.dim);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (block.format == KvFormat::bf16) {
      values[i] = static_cast<double>(static_cast<float>(reinterpret_cast<const BFloat16*>(plane)[first + i * step]));
    } else {
      values[i] = static_cast<double>(*scale) *
                  static_cast<double>(reinterpret_cast<const std::int8_t*>(plane)[first + i * step]);
    }
  }
  return values;
}

}  // namespace

void store_key(const KvBlock& block, std::byte* to, std::uint32_t slot, std::span<const float> key) noexcept {
  store_elements(block, to, slot, kPageTokens, key, scales_of(block, to, false) + slot);
}

void store_value(const KvBlock& block, std::byte* to, std::uint32_t slot, std::span<const float> value) noexcept {
  store_elements(block, to + block.plane_bytes(), slot * block.dim, 1, value, scales_of(block, to, true) + slot);
}

std::vector<double> read_key(const KvBlock& block, const std::byte* from, std::uint32_t slot) {
  return read_elements(block, from, slot, kPageTokens, scales_of(block, from, false) + slot);
}

std::vector<double> read_value(const KvBlock& block, const std::byte* from, std::uint32_t slot) {
  return read_elements(block, from + block.plane_bytes(), slot * block.dim, 1, scales_of(block, from, true) + slot);
}

KvCache::KvCache(const LlamaShape& shape, KvFormat format, std::uint32_t page_count)
    : block_{.format = format, .dim = shape.head_dim}, page_count_(page_count), kv_heads_(shape.kv_heads) {
  for (std::uint64_t layer = 0; layer < shape.layers; ++layer) {
    layers_.emplace_back(Bytes{page_count * page_stride()});
  }
}

void KvCache::fill(const Filling& filling) const {
  std::vector<std::int16_t> levels(block_.dim);
  std::vector<float> values(block_.dim);
  const auto next = [&](std::uint32_t stream, std::uint32_t layer, std::uint64_t row) {
    weight_levels({.seed = filling.seed, .matrix = stream, .layer = layer, .row = static_cast<std::uint32_t>(row)},
                  levels);
    std::ranges::transform(levels, values.begin(), [&filling](std::int16_t level) {
      return static_cast<float>(static_cast<double>(level) * filling.unit);
    });
  };
  for (std::uint32_t layer = 0; layer < layers_.size(); ++layer) {
    for (std::uint32_t h = 0; h < kv_heads_; ++h) {
      for (std::uint32_t t = 0; t < filling.tokens; ++t) {
        std::byte* const page = head(layer, h) + filling.pages[t / kPageTokens] * page_stride();
        next(kFillStream, layer, t * kv_heads_ + h);
        store_key(block_, page, t % kPageTokens, values);
        next(kFillStream + 1, layer, t * kv_heads_ + h);
        store_value(block_, page, t % kPageTokens, values);
      }
    }
  }
}

Bytes KvCache::bytes(const LlamaShape& shape, KvFormat format, std::uint32_t page_count) {
  const KvBlock block{.format = format, .dim = shape.head_dim};
  return {block.bytes() * shape.kv_heads * shape.layers * page_count};
}

}  // namespace assay
