#pragma once

#include <array>
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
/// A shape of the kernel's blocks.
struct PackedWay {
  std::uint32_t rows;         ///< of inputs: the weights are read (all rows / these) times, from memory or a cache
  std::uint32_t outputs;      ///< the inputs are read (all outputs / these) times
  std::uint32_t groups_held;  ///< of a warp's weights, in registers or on their way there
};
/// None is the best for every matrix and count of rows: they race. Of seven that raced on an H200 over the matrices of
/// Llama-3-70B these four won somewhere. (Fewer outputs, more groups held and neighbouring groups for a warp were
/// slower.)
inline constexpr std::array kPackedWays{PackedWay{8, 32, 2}, PackedWay{8, 32, 3}, PackedWay{16, 32, 2},
                                        PackedWay{32, 64, 1}};
/// `way`: an index of kPackedWays.
void launch_packed_product(StreamHandle stream, const PackedProductWork& work, std::size_t way);

/// to[row][column] = weight times scale, rounded to bf16.
void launch_unpack(StreamHandle stream, const PackedWeights& weights, std::uint16_t* to);

}  // namespace assay::cuda
