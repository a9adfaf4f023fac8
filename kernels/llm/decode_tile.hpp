#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/llm/decoder_weights.hpp"

namespace assay {

/// Rows of one panel, from its beginning to its end; from the fifth row on of another one, `far_rows` further.
struct DecodeTile {
  const std::byte* weights = nullptr;  ///< the first chunk of the first row
  const float* scales = nullptr;       ///< of the first row
  std::size_t row_scales = 0;
  std::size_t columns = 0;
  std::size_t chunks = 0;
  const std::byte* inputs = nullptr;  ///< of the first token
  const float* input_scales = nullptr;
  std::size_t input_stride = 0;
  float* outputs = nullptr;
  std::size_t output_stride = 0;
  std::size_t far_rows = 0;
  std::size_t far_bytes = 0;

  [[nodiscard]] const std::byte* chunk(std::size_t index, std::size_t row) const {
    return weights + (index * kPanelRows + row % kPanelRows) * kChunkBytes + row / kPanelRows * far_bytes;
  }
  [[nodiscard]] std::size_t place(std::size_t row) const { return row % kPanelRows + row / kPanelRows * far_rows; }
};

/// Rows times tokens in plain C++, for processors without any vectors that are known.
inline void portable_int8_tile(const DecodeTile& t, std::size_t rows, std::size_t tokens) {
  for (std::size_t s = 0; s < tokens; ++s) {
    const auto* const x = reinterpret_cast<const std::int16_t*>(t.inputs + s * t.input_stride);
    for (std::size_t r = 0; r < rows; ++r) {
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < t.columns; ++k) {
        sum += reinterpret_cast<const std::int8_t*>(t.chunk(k / kChunkBytes, r))[k % kChunkBytes] * x[k];
      }
      t.outputs[s * t.output_stride + t.place(r)] =
          static_cast<float>(sum) * (t.scales[t.place(r)] * t.input_scales[s]);
    }
  }
}

inline void portable_int4_tile(const DecodeTile& t, std::size_t rows, std::size_t tokens) {
  constexpr std::size_t kHalf = kWeightGroup / 2;
  for (std::size_t s = 0; s < tokens; ++s) {
    const auto* const x = reinterpret_cast<const std::int8_t*>(t.inputs + s * t.input_stride);
    for (std::size_t r = 0; r < rows; ++r) {
      float total = 0;
      for (std::size_t g = 0; g < t.chunks; ++g) {
        std::int32_t sum = 0;
        for (std::size_t b = 0; b < kHalf; ++b) {
          const int both = static_cast<int>(t.chunk(g, r)[b]);
          sum += ((both & 15) - 8) * x[g * kWeightGroup + b] + ((both >> 4) - 8) * x[g * kWeightGroup + kHalf + b];
        }
        total += static_cast<float>(sum) * t.scales[t.place(r) * t.row_scales + g];
      }
      t.outputs[s * t.output_stride + t.place(r)] = total * t.input_scales[s];
    }
  }
}

}  // namespace assay
