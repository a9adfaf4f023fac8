#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/llm/llm_kernels.hpp"

// Kernels on weights of 4 bits: MatrixFormat::int4, values as int4_weight() of weight_values.hpp packs them.

namespace assay::cuda {

struct PackedWeights {
  const std::uint8_t* values = nullptr;  ///< [rows][columns / 2]
  const float* scales = nullptr;         ///< [rows][columns / kInt4Group]
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;  ///< a multiple of kInt4Group
};

/// outputs[row][j] = sum over the groups g of scale[j][g] times the sum of inputs[row][k] weight[j][k] of the group.
struct PackedProductWork {
  PackedWeights weights;
  const std::uint16_t* inputs = nullptr;  ///< bf16, [row][weights.columns]
  std::uint16_t* outputs = nullptr;       ///< bf16, [row][weights.rows]
  std::uint32_t rows = 0;
};
/// How many rows a block takes: each way reads the weights rows / that many times, from memory or from a cache.
inline constexpr std::uint32_t kPackedRows[] = {8, 16, 32};
inline constexpr std::size_t kPackedWays = 3;
/// `way`: an index of kPackedRows.
void launch_packed_product(StreamHandle stream, const PackedProductWork& work, std::size_t way);

/// to[row][column] = weight times scale, rounded to bf16.
void launch_unpack(StreamHandle stream, const PackedWeights& weights, std::uint16_t* to);

}  // namespace assay::cuda
