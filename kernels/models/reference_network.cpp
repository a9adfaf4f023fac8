#include "kernels/models/reference_network.hpp"

#include <algorithm>
#include <cmath>

namespace assay {
namespace {

double byte_of(double value) { return std::clamp(std::nearbyint(value), 0.0, 255.0); }

std::vector<double> reference_byte_layer(const Network& network, const Layer& layer, const LayerWeights& weights,
                                         std::span<const double> input, std::span<const double> added) {
  const TensorShape& out = network.output_of(layer);
  std::vector<double> result(out.elements(), 0.0);
  for_each_place(out, [&](Extent place, std::size_t at) {
    const std::span<double> pixel = std::span(result).subspan(at, out.channels);
    if (weights.biases.empty()) {
      for (std::size_t channel = 0; channel < pixel.size(); ++channel) {
        pixel[channel] = byte_of(pooled<double>(network, layer, input, place, channel));
      }
      return;
    }
    add_products<double, std::int8_t>(network, layer, weights.byte_filters, input, place, pixel);
    for (std::size_t channel = 0; channel < pixel.size(); ++channel) {
      // The sum is whole and in double exact; as a float it may be rounded, where the result is a limit in any case.
      const double y = (pixel[channel] + static_cast<double>(weights.biases[channel])) *
                           static_cast<double>(weights.scales[channel]) +
                       (layer.added ? added[at + channel] : 0.0);
      pixel[channel] = layer.is_head ? y : byte_of(y);
    }
  });
  return result;
}

}  // namespace

std::vector<double> reference_layer_in_double(const Network& network, std::size_t layer, const NetworkWeights& weights,
                                              std::span<const double> input, std::span<const double> added) {
  const Layer& what = network.layers[layer];
  return weights.type() == NetworkType::i8 ? reference_byte_layer(network, what, weights.layer(layer), input, added)
                                           : reference_layer<double>(network, what, weights.layer(layer), input, added);
}

std::vector<double> reference_output(const Network& network, const NetworkWeights& weights,
                                     std::span<const double> image) {
  std::vector<std::vector<double>> tensors(network.tensors.size());
  tensors[0].assign(image.begin(), image.end());
  std::vector<double> output;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    std::vector<double>& to = tensors[layer.output];
    to = reference_layer_in_double(
        network, i, weights, tensors[layer.input],
        layer.added ? std::span<const double>(tensors[*layer.added]) : std::span<const double>());
    if (layer.is_head) {
      output.insert(output.end(), to.begin(), to.end());
    }
  }
  return output;
}

}  // namespace assay
