#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "kernels/models/network.hpp"
#include "kernels/models/network_weights.hpp"
#include "kernels/models/reference_products.hpp"

namespace assay {

/// add_products() of a dense convolution in double.
template <class Weight>
void add_dense_products(const Network& network, const Layer& layer, std::span<const Weight> filters,
                        std::span<const double> input, Extent place, std::span<double> sums) {
  const TensorShape& in = network.input_of(layer);
  std::vector<const double*> taps;
  for (std::size_t y = 0; y < layer.filter.height; ++y) {
    for (std::size_t x = 0; x < layer.filter.width; ++x) {
      const std::size_t row = place.height * layer.stride.height + y - layer.padding.height;
      const std::size_t column = place.width * layer.stride.width + x - layer.padding.width;
      const bool inside = row < in.height && column < in.width;
      taps.push_back(inside ? input.data() + (row * in.width + column) * in.channels : nullptr);
    }
  }
  add_place_products(PlaceProducts<Weight>{.taps = taps.data(),
                                           .tap_count = taps.size(),
                                           .depth = in.channels,
                                           .filters = filters.data(),
                                           .channels = sums.size(),
                                           .sums = sums.data()});
}

/// Adds the products of one place of the output to `sums`, one a channel. Taps on the border are computed like others.
/// In double those of a dense convolution go another way, of which this template is the definition.
template <class Real, class Weight>
void add_products(const Network& network, const Layer& layer, std::span<const Weight> filters,
                  std::span<const Real> input, Extent place, std::span<Real> sums) {
  if constexpr (std::is_same_v<Real, double>) {
    if (layer.kind == LayerKind::convolution) {
      add_dense_products(network, layer, filters, input, place, sums);
      return;
    }
  }
  const TensorShape& in = network.input_of(layer);
  const bool depthwise = layer.kind == LayerKind::depthwise;
  const Weight* weights = filters.data();
  const std::size_t channels = sums.size();
  Real* const to = sums.data();
  for (std::size_t y = 0; y < layer.filter.height; ++y) {
    for (std::size_t x = 0; x < layer.filter.width; ++x) {
      // Above and to the left of the image these wrap around to more than any size.
      const std::size_t row = place.height * layer.stride.height + y - layer.padding.height;
      const std::size_t column = place.width * layer.stride.width + x - layer.padding.width;
      const bool inside = row < in.height && column < in.width;
      const Real* const from = inside ? input.data() + (row * in.width + column) * in.channels : nullptr;
      for (std::size_t k = 0; k < (depthwise ? 1 : in.channels); ++k, weights += channels) {
        if (depthwise) {
          for (std::size_t channel = 0; channel < channels; ++channel) {
            to[channel] = to[channel] + (inside ? from[channel] : Real(0)) * Real(weights[channel]);
          }
        } else {
          const Real value = inside ? from[k] : Real(0);
          for (std::size_t channel = 0; channel < channels; ++channel) {
            to[channel] = to[channel] + value * Real(weights[channel]);
          }
        }
      }
    }
  }
}

/// One channel of one place of a pool. An average over the border is not known here: there is none in our networks.
template <class Real>
Real pooled(const Network& network, const Layer& layer, std::span<const Real> input, Extent place,
            std::size_t channel) {
  const TensorShape& in = network.input_of(layer);
  Real result(0);
  bool first = true;
  for (std::size_t y = 0; y < layer.filter.height; ++y) {
    for (std::size_t x = 0; x < layer.filter.width; ++x) {
      const std::size_t row = place.height * layer.stride.height + y - layer.padding.height;
      const std::size_t column = place.width * layer.stride.width + x - layer.padding.width;
      if (row >= in.height || column >= in.width) {
        continue;
      }
      const Real value = input[(row * in.width + column) * in.channels + channel];
      if (first || (layer.kind == LayerKind::max_pool && result < value)) {
        result = value;
      } else if (layer.kind == LayerKind::average_pool) {
        result = result + value;
      }
      first = false;
    }
  }
  return layer.kind == LayerKind::average_pool ? result / Real(static_cast<double>(network.depth(layer))) : result;
}

/// Calls `action` with the place and the index of its first element, for all places of a layer's output.
template <class Action>
void for_each_place(const TensorShape& shape, const Action& action) {
  for (std::size_t row = 0; row < shape.height; ++row) {
    for (std::size_t column = 0; column < shape.width; ++column) {
      action(Extent{row, column}, (row * shape.width + column) * shape.channels);
    }
  }
}

/// A layer of a network in f32. `added` is empty without a shortcut.
template <class Real>
std::vector<Real> reference_layer(const Network& network, const Layer& layer, const LayerWeights& weights,
                                  std::span<const Real> input, std::span<const Real> added) {
  const TensorShape& out = network.output_of(layer);
  std::vector<Real> result(out.elements(), Real(0));
  for_each_place(out, [&](Extent place, std::size_t at) {
    const std::span<Real> pixel = std::span(result).subspan(at, out.channels);
    if (weights.biases.empty()) {
      for (std::size_t channel = 0; channel < pixel.size(); ++channel) {
        pixel[channel] = pooled<Real>(network, layer, input, place, channel);
      }
      return;
    }
    add_products<Real, float>(network, layer, weights.filters, input, place, pixel);
    for (std::size_t channel = 0; channel < pixel.size(); ++channel) {
      Real y = pixel[channel] + Real(weights.biases[channel]);
      if (layer.added) {
        y = y + added[at + channel];
      }
      if (layer.activation != Activation::none && y < Real(0)) {
        y = Real(0);
      }
      pixel[channel] = layer.activation == Activation::relu6 && Real(6) < y ? Real(6) : y;
    }
  });
  return result;
}

/// The same for a network of either type in double: exact in bytes.
[[nodiscard]] std::vector<double> reference_layer_in_double(const Network& network, std::size_t layer,
                                                            const NetworkWeights& weights,
                                                            std::span<const double> input,
                                                            std::span<const double> added);

/// The outputs of a whole network, its heads one after the other, in double.
[[nodiscard]] std::vector<double> reference_output(const Network& network, const NetworkWeights& weights,
                                                   std::span<const double> image);

}  // namespace assay
