#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/models/network.hpp"
#include "kernels/models/network_loops.hpp"

namespace assay {

struct PoolShape {
  const Layer& layer;
  TensorShape in;
  TensorShape out;
  std::size_t images = 1;
};

/// Calls `action` with the pixel under each tap of a place that lies inside its image.
template <class Element, class Action>
void for_each_tap(const PoolShape& shape, const Element* image, Extent place, const Action& action) {
  for (std::size_t y = 0; y < shape.layer.filter.height; ++y) {
    for (std::size_t x = 0; x < shape.layer.filter.width; ++x) {
      // Above and to the left of the image these wrap around to more than any size.
      const std::size_t row = place.height * shape.layer.stride.height + y - shape.layer.padding.height;
      const std::size_t column = place.width * shape.layer.stride.width + x - shape.layer.padding.width;
      if (row < shape.in.height && column < shape.in.width) {
        action(image + (row * shape.in.width + column) * shape.in.channels);
      }
    }
  }
}

/// The largest or the mean of the pixels under the taps, each channel for itself; a mean of bytes is rounded to even.
/// No more than 1024 channels at once are summed beside the output.
template <class Element>
void pool_images(const PoolShape& shape, const Element* input, Element* output) noexcept {
  constexpr std::size_t kAtOnce = 1024;
  const bool averages = shape.layer.kind == LayerKind::average_pool;
  const auto taps = static_cast<float>(shape.layer.filter.height * shape.layer.filter.width);
  float sums[kAtOnce];
  for (std::size_t place = 0; place < shape.images * shape.out.places(); ++place) {
    const std::size_t image = place / shape.out.places();
    const std::size_t in_image = place % shape.out.places();
    const Extent at{in_image / shape.out.width, in_image % shape.out.width};
    for (std::size_t begin = 0; begin < shape.out.channels; begin += kAtOnce) {
      const std::size_t channels = std::min(kAtOnce, shape.out.channels - begin);
      std::fill_n(sums, channels, averages ? 0.0F : -3.0e38F);
      for_each_tap(shape, input + image * shape.in.elements() + begin, at, [&](const Element* pixel) {
        for (std::size_t i = 0; i < channels; ++i) {
          const auto value = static_cast<float>(pixel[i]);
          sums[i] = averages ? sums[i] + value : std::max(sums[i], value);
        }
      });
      Element* const to = output + place * shape.out.channels + begin;
      for (std::size_t i = 0; i < channels; ++i) {
        const float value = averages ? sums[i] / taps : sums[i];
        to[i] = static_cast<Element>(std::is_integral_v<Element> ? std::nearbyint(value) : value);
      }
    }
  }
}

/// For a product of matrices: the pixels under the taps of each place, one row a place. Beyond the border are zeros.
inline void copy_rows(const NetworkConvolution& c, float* to) noexcept {
  for (std::size_t place = 0; place < c.images * c.out.places(); ++place) {
    const std::size_t image = place / c.out.places();
    const std::size_t in_image = place % c.out.places();
    const std::size_t top = in_image / c.out.width * c.stride.height - c.padding.height;
    const std::size_t left = in_image % c.out.width * c.stride.width - c.padding.width;
    for (std::size_t y = 0; y < c.filter.height; ++y) {
      for (std::size_t x = 0; x < c.filter.width; ++x, to += c.in.channels) {
        const std::size_t row = top + y;
        const std::size_t column = left + x;
        const bool inside = row < c.in.height && column < c.in.width;
        const float* const from =
            inside ? c.input + ((image * c.in.height + row) * c.in.width + column) * c.in.channels : c.zeros;
        std::memcpy(to, from, c.in.channels * sizeof(float));
      }
    }
  }
}

}  // namespace assay
