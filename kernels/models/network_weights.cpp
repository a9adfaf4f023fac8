#include "kernels/models/network_weights.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/input_values.hpp"

namespace assay {
namespace {

constexpr int kLargestByte = 63;
constexpr double kByteDeviation = 36.66;  // sqrt((63^2 + 63) / 3): of whole numbers from -63 to 63
constexpr float kZeroPoint = 128.0F;

/// Deviations that the weights aim at. A branch that is added to its shortcut stays small beside it: dozens of them
/// follow each other.
double target_deviation(const Layer& layer, NetworkType type) {
  constexpr double kBranch = 0.35;
  if (type == NetworkType::f32 || layer.is_head) {
    return layer.added ? kBranch : 1.0;
  }
  constexpr double kRectified = 64;
  constexpr double kLinear = 32;
  const double target = layer.activation == Activation::none ? kLinear : kRectified;
  return layer.added ? kBranch * target : target;
}

/// Mean and mean square of max(x, 0) for x of a normal distribution around zero.
ExpectedSize after_activation(double deviation, Activation activation) {
  if (activation == Activation::none) {
    return {.deviation = deviation, .mean = 0.0, .mean_square = deviation * deviation};
  }
  constexpr double kMeanOfHalf = 0.39894;  // 1 / sqrt(2 pi)
  return {.deviation = deviation, .mean = kMeanOfHalf * deviation, .mean_square = deviation * deviation / 2};
}

/// The power of two by which the sums of a layer in bytes are scaled.
double byte_scale(double deviation_of_sums, double target) {
  return std::exp2(-std::round(std::log2(deviation_of_sums / target)));
}

ExpectedSize sum_size(const Network& network, const Layer& layer, NetworkType type,
                      const std::vector<ExpectedSize>& sizes) {
  const double target = target_deviation(layer, type);
  double deviation = target;  // in f32 the weights are chosen for it
  if (type == NetworkType::i8) {
    const double sums =
        kByteDeviation * std::sqrt(static_cast<double>(network.depth(layer)) * sizes[layer.input].mean_square);
    deviation = sums * byte_scale(sums, target);
  }
  if (layer.added) {
    const ExpectedSize& added = sizes[*layer.added];
    const double mean_square = deviation * deviation + added.mean_square;
    if (added.mean > 0.0) {
      // A shortcut that is rectified already: the small branch beside it makes few sums negative.
      return {.deviation = std::sqrt(mean_square), .mean = added.mean, .mean_square = mean_square};
    }
    deviation = std::sqrt(mean_square);
  }
  return after_activation(deviation, layer.activation);
}

ExpectedSize pooled_size(const Layer& layer, const ExpectedSize& in, std::size_t values) {
  if (layer.kind == LayerKind::max_pool) {
    return in;  // somewhat larger; the next layers have room for it
  }
  const double variance = (in.mean_square - in.mean * in.mean) / static_cast<double>(values);
  return {.deviation = std::sqrt(variance), .mean = in.mean, .mean_square = in.mean * in.mean + variance};
}

bool multiplies(const Layer& layer) {
  return layer.kind == LayerKind::convolution || layer.kind == LayerKind::depthwise;
}

/// Elements of each part, rounded so that each begins on a cache line.
std::size_t rounded(std::size_t elements) {
  constexpr std::size_t kLine = 64;
  return (elements + kLine - 1) / kLine * kLine;
}

}  // namespace

float zero_point(const Network& network, std::size_t tensor) {
  while (tensor > 0 && !multiplies(network.layers[tensor - 1])) {
    tensor = network.layers[tensor - 1].input;  // pooling leaves the zero where it was
  }
  if (tensor == 0) {
    return 0.0F;
  }
  const Layer& layer = network.layers[tensor - 1];
  return layer.activation == Activation::none && !layer.is_head ? kZeroPoint : 0.0F;
}

std::vector<ExpectedSize> expected_sizes(const Network& network, NetworkType type) {
  std::vector<ExpectedSize> sizes;
  const double largest = type == NetworkType::f32 ? 1.0 : 255.0;
  sizes.push_back({.deviation = largest / std::sqrt(12.0), .mean = largest / 2, .mean_square = largest * largest / 3});
  for (const Layer& layer : network.layers) {
    sizes.push_back(multiplies(layer) ? sum_size(network, layer, type, sizes)
                                      : pooled_size(layer, sizes[layer.input], network.depth(layer)));
  }
  return sizes;
}

NetworkWeights::NetworkWeights(const Network& network, NetworkType type, std::uint64_t seed) : type_(type) {
  std::size_t floats = 0;
  std::size_t bytes = 0;
  for (const Layer& layer : network.layers) {
    const bool in_bytes = type == NetworkType::i8;
    floats += rounded(network.biases(layer)) * (in_bytes ? 2 : 1);
    (in_bytes ? bytes : floats) += rounded(network.filter_elements(layer));
  }
  floats_ = Array<float>(floats);
  if (type == NetworkType::f32) {
    fill_floats(network, seed);
  } else {
    bytes_ = Array<std::int8_t>(bytes);
    fill_bytes(network, seed);
  }
}

void NetworkWeights::fill_floats(const Network& network, std::uint64_t seed) {
  const std::vector<ExpectedSize> sizes = expected_sizes(network, NetworkType::f32);
  std::span<float> rest = floats_.span();
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    const std::span<float> filters = rest.first(network.filter_elements(layer));
    rest = rest.subspan(rounded(filters.size()));
    const std::span<float> biases = rest.first(network.biases(layer));
    rest = rest.subspan(rounded(biases.size()));
    if (multiplies(layer)) {
      // Uniform in [-bound, bound): a third of its square is the variance.
      const double bound =
          target_deviation(layer, NetworkType::f32) *
          std::sqrt(3.0 / (static_cast<double>(network.depth(layer)) * sizes[layer.input].mean_square));
      fill_uniform(filters, {seed, 2 * i}, {-bound, bound});
      fill_uniform(biases, {seed, 2 * i + 1}, {-0.1, 0.1});
    }
    layers_.push_back({.filters = filters, .byte_filters = {}, .biases = biases, .scales = {}});
  }
}

void NetworkWeights::fill_bytes(const Network& network, std::uint64_t seed) {
  const std::vector<ExpectedSize> sizes = expected_sizes(network, NetworkType::i8);
  std::span<float> rest = floats_.span();
  std::span<std::int8_t> rest_of_bytes = bytes_.span();
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    const std::span<std::int8_t> filters = rest_of_bytes.first(network.filter_elements(layer));
    rest_of_bytes = rest_of_bytes.subspan(rounded(filters.size()));
    const std::span<float> biases = rest.first(network.biases(layer));
    const std::span<float> scales = rest.subspan(rounded(biases.size()), biases.size());
    rest = rest.subspan(2 * rounded(biases.size()));
    layers_.push_back({.filters = {}, .byte_filters = filters, .biases = biases, .scales = scales});
    if (!multiplies(layer)) {
      continue;
    }
    fill_uniform(filters, {seed, 2 * i}, {-kLargestByte, kLargestByte + 1});
    const double depth = static_cast<double>(network.depth(layer));
    const double sums = kByteDeviation * std::sqrt(depth * sizes[layer.input].mean_square);
    const double scale = byte_scale(sums, target_deviation(layer, NetworkType::i8));
    fill_uniform(biases, {seed, 2 * i + 1}, {-0.1 * sums, 0.1 * sums});
    const float zero_in = zero_point(network, layer.input);
    const float zero_out = zero_point(network, layer.output) - (layer.added ? zero_point(network, *layer.added) : 0.0F);
    const std::size_t channels = biases.size();
    for (std::size_t channel = 0; channel < channels; ++channel) {
      float sum = 0.0F;
      for (std::size_t k = 0; k < network.depth(layer); ++k) {
        sum += static_cast<float>(filters[k * channels + channel]);
      }
      scales[channel] = static_cast<float>(scale);
      biases[channel] = std::floor(biases[channel]) - zero_in * sum + zero_out / scales[channel];
    }
  }
}

void fill_image(std::span<float> image, std::uint64_t seed, std::uint64_t number) {
  constexpr std::uint64_t kImages = std::uint64_t{1} << 32;
  fill_uniform(image, {seed, kImages + number}, {0.0, 256.0});
  for (float& value : image) {
    value = std::floor(value) / 256.0F;
  }
}

void fill_image(std::span<std::uint8_t> image, std::uint64_t seed, std::uint64_t number) {
  constexpr std::uint64_t kImages = std::uint64_t{1} << 32;
  fill_uniform(image, {seed, kImages + number}, {0.0, 256.0});
}

}  // namespace assay
