#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/models/network.hpp"

namespace assay {

/// A convolution of images by our own code. Its sums are of floats, those of bytes too: bytes come widened, and float
/// adds their products exactly while the sum stays below 2^24.
struct NetworkConvolution {
  TensorShape in;
  TensorShape out;
  Extent filter;
  Extent stride;
  Extent padding;
  std::size_t images = 1;
  const float* input = nullptr;    ///< images x in
  const float* zeros = nullptr;    ///< in.channels of them: what lies beyond the border
  const float* filters = nullptr;  ///< dense: packed; depthwise: taps x channels
  const float* biases = nullptr;   ///< padded_channels() of them, as of the scales
  const float* scales = nullptr;   ///< in bytes; nullptr: none
  float low = 0.0F;                ///< limits of what is written
  float high = 0.0F;
  const float* added = nullptr;               ///< of floats; may be the output
  const std::uint8_t* added_bytes = nullptr;  ///< of bytes
  float* output = nullptr;                    ///< one of the two
  std::uint8_t* output_bytes = nullptr;
};

/// Products of bytes up to 255 and 63 that float sums exactly.
inline constexpr std::size_t kExactProducts = (1U << 24) / (255 * 63);

/// Room for whole vectors of up to 2048 bits, two at a time.
constexpr std::size_t padded_channels(std::size_t channels) { return channels + 128; }

/// Filters of a dense convolution in the order of the loops: for two vectors of output channels at a time, all taps and
/// input channels; channels beyond the last are zero. `packed`: depth * padded_channels(channels) elements.
struct FilterShape {
  std::size_t depth = 0;     ///< taps x input channels
  std::size_t channels = 0;  ///< of the output
};
void pack_network_filters(const FilterShape& shape, const float* filters, float* packed) noexcept;

/// Indirect convolution (Dukhan, arXiv 1907.02129): the rows that a tile multiplies are pointers to the pixels of its
/// taps, so that nothing is copied for a convolution of any filter, stride or border. Allocates nothing; one thread.
void convolve_network(const NetworkConvolution& convolution) noexcept;
void convolve_depthwise(const NetworkConvolution& convolution) noexcept;

/// In place what follows the sums of a convolution that another library made: bias, shortcut and limits, of floats.
void finish_network(const NetworkConvolution& convolution) noexcept;

}  // namespace assay
