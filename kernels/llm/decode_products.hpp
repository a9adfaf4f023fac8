#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/llm/decoder_weights.hpp"

namespace assay {

/// Inputs of a product as its loops read them, a token after another: float for weights in bf16; for int8 and int4
/// whole numbers of -127 to 127 with a scale. Filled and read by code of one instruction set.
struct PreparedInputs {
  std::byte* data = nullptr;  ///< 64-byte aligned
  float* scales = nullptr;    ///< one a token
  std::size_t stride = 0;     ///< bytes from one token to the next

  /// For rows of up to `columns` in any format. Not a power of two: tokens would fall into the same lines of a cache.
  [[nodiscard]] static constexpr std::size_t stride_for(std::size_t columns) { return columns * sizeof(float) + 320; }
};

/// What a product multiplies: x, or x / rms(x) times `gain`.
struct ProductInput {
  std::span<const float> x;     ///< a multiple of kWeightGroup, 64-byte aligned
  std::span<const float> gain;  ///< empty: no norm
  double epsilon = 0.0;         ///< of the norm
  std::span<float> workspace;   ///< of x's size
};

/// Puts token `token` into `inputs`. A scale is the largest element over 127, the nearest whole number is taken.
void prepare_input(const PreparedInputs& inputs, std::size_t token, WeightFormat format,
                   const ProductInput& input) noexcept;
/// What stands there, as numbers; for references.
void read_input(const PreparedInputs& inputs, std::size_t token, WeightFormat format, std::span<double> values);

/// outputs[t * output_stride + i] = row (first_row + i) of the matrix times input t.
struct ProductBlock {
  const WeightMatrix* matrix = nullptr;
  std::size_t first_row = 0;  ///< a multiple of 4, as rows
  std::size_t rows = 0;
  PreparedInputs inputs;
  std::size_t tokens = 0;
  float* outputs = nullptr;
  std::size_t output_stride = 0;
};

/// An output is the same to the last bit whatever `tokens` and the block are: products of int8 are exact sums of whole
/// numbers, those of int4 exact within a group, and the groups and the products of bf16 are added in one order in
/// every tile. Several tokens share one reading and unpacking of each weight. Allocates nothing; one thread.
void multiply_block(const ProductBlock& block) noexcept;

/// What the products of int4 start their sums at: columns / kWeightGroup times 64 bytes at most. Part of the input.
void int4_offsets(std::span<const std::int8_t> x, std::int16_t* offsets) noexcept;

}  // namespace assay
