#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace assay {

/// Elements of a row in whole lines of 64 bytes.
inline constexpr std::size_t kGatherRowStep = 16;

struct GatherTable {
  const float* rows = nullptr;  ///< 64-byte aligned
  std::size_t width = 0;        ///< elements of a row, a multiple of kGatherRowStep
};

/// out = sum of the rows `indices` (at least one) in their order, element by element; `out` has table.width elements,
/// 64-byte aligned. Work: (indices - 1) table.width flops. Prefetches rows ahead. Allocates nothing.
/// Source: the embedding bag of Naumov et al., "Deep Learning Recommendation Model", arXiv 1906.00091.
void gather_sum(const GatherTable& table, std::span<const std::uint32_t> indices, float* out) noexcept;

/// One element of the same sum, for references and for counting operations.
template <class Number>
Number reference_gather(const GatherTable& table, std::span<const std::uint32_t> indices, std::size_t element) {
  Number sum(table.rows[indices[0] * table.width + element]);
  for (const std::uint32_t index : indices.subspan(1)) {
    sum = sum + Number(table.rows[index * table.width + element]);
  }
  return sum;
}

}  // namespace assay
