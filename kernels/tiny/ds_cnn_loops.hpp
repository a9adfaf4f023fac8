#pragma once

#include <cstddef>
#include <cstdint>

namespace assay {

/// What follows holds for the 25 x 5 places and 64 channels of DsCnnModel. In 8 bits the values are whole numbers in
/// 16-bit memory and each output is the nearest whole number of (sum + bias) * factor, in [0, 255]; in f32 it is
/// max(sum + bias, 0). The vector loops and the scalar ones give equal whole numbers, and floats that differ in how
/// sums are rounded.

/// 64 outputs a place from `depth` inputs a place (an even number): a pointwise convolution, or any other whose inputs
/// were gathered. weights: i8 [depth / 2][64][2], f32 [depth][64].
template <class Value, class Weight, class Bias>
struct PointwiseProducts {
  const Value* inputs = nullptr;  ///< 125 rows of `depth`
  std::size_t depth = 0;
  const Weight* weights = nullptr;
  const Bias* biases = nullptr;    ///< 64
  const float* factors = nullptr;  ///< 64; unused in f32
  Value* outputs = nullptr;        ///< 5 places x 64 channels in one piece, 25 times
  std::size_t output_step = 0;     ///< elements from one row of places to the next
};

/// 3 x 3, each channel for itself. inputs: 27 x 7 x 64, the border zero. weights: [9][64].
template <class Value, class Weight, class Bias>
struct PlaceFilters {
  const Value* inputs = nullptr;
  const Weight* weights = nullptr;
  const Bias* biases = nullptr;
  const float* factors = nullptr;
  Value* outputs = nullptr;  ///< 125 rows of 64
};

using ProductsI8 = PointwiseProducts<std::int16_t, std::int8_t, std::int32_t>;
using ProductsF32 = PointwiseProducts<float, float, float>;
using FiltersI8 = PlaceFilters<std::int16_t, std::int8_t, std::int32_t>;
using FiltersF32 = PlaceFilters<float, float, float>;

/// The loops of one way to compute. None allocates or throws.
struct DsCnnLoops {
  void (*products_i8)(const ProductsI8&) noexcept = nullptr;
  void (*filters_i8)(const FiltersI8&) noexcept = nullptr;
  void (*products_f32)(const ProductsF32&) noexcept = nullptr;
  void (*filters_f32)(const FiltersF32&) noexcept = nullptr;
};

/// With the widest vectors that this processor has.
[[nodiscard]] DsCnnLoops ds_cnn_vector_loops();
[[nodiscard]] DsCnnLoops ds_cnn_scalar_loops();

}  // namespace assay
