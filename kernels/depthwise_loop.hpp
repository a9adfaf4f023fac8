#pragma once

#include <cstddef>
#include <span>

namespace assay {

/// A convolution of 3 x 3 in which each channel has a filter of its own, without a bias. Channels last: input
/// (height + 2) x (width + 2) x channels, a border of one pixel around what is convolved; filters 3 x 3 x channels;
/// output height x width x channels. 64-byte aligned; channels a multiple of kChannelStep.
struct DepthwiseConvolution {
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;
  const float* input = nullptr;
  const float* filters = nullptr;
  float* output = nullptr;
};

inline constexpr std::size_t kChannelStep = 8;

/// Work: 18 flops an output element. Allocates nothing; one thread.
void depthwise(const DepthwiseConvolution& convolution) noexcept;

/// All channels of the output pixel at `row` and `column`, for references and for counting operations.
template <class Real>
void reference_depthwise(const DepthwiseConvolution& c, std::size_t row, std::size_t column, std::span<Real> pixel) {
  for (std::size_t channel = 0; channel < c.channels; ++channel) {
    Real sum(0);
    for (std::size_t y = 0; y < 3; ++y) {
      for (std::size_t x = 0; x < 3; ++x) {
        const float input = c.input[((row + y) * (c.width + 2) + column + x) * c.channels + channel];
        sum = sum + Real(input) * Real(c.filters[(y * 3 + x) * c.channels + channel]);
      }
    }
    pixel[channel] = sum;
  }
}

}  // namespace assay
