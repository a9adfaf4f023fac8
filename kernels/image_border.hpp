#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace assay {

/// Sets the outermost pixels of a square image of side x side x channels (channels last) to zero.
inline void clear_border(std::span<float> image, std::size_t side, std::size_t channels) {
  const auto clear = [&](std::size_t row, std::size_t column) {
    const auto pixel = image.subspan((row * side + column) * channels, channels);
    std::fill(pixel.begin(), pixel.end(), 0.0F);
  };
  for (std::size_t i = 0; i < side; ++i) {
    clear(0, i), clear(side - 1, i), clear(i, 0), clear(i, side - 1);
  }
}

}  // namespace assay
