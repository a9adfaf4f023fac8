#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/models/network.hpp"

namespace assay {

/// The parameters of one layer. Filters of a convolution: height x width x input channels x output channels; depthwise:
/// height x width x channels. Those of a layer in bytes are whole numbers from -63 to 63, so that the sum of two
/// products fits 16 bits, in which processors without VNNI add them; biases are whole numbers too, and a scale is a
/// power of two.
struct LayerWeights {
  std::span<const float> filters;             ///< of a network in f32
  std::span<const std::int8_t> byte_filters;  ///< of one in bytes
  std::span<const float> biases;
  std::span<const float> scales;  ///< in bytes: of each output channel
};

/// Seeded weights of a network, of the size that keeps activations at one size through its layers (He et al., ICCV
/// 2015, section 2.2), so that nothing dies out, overflows or becomes a denormal number. They are not trained: what the
/// network says of an image means nothing, and what it costs does not depend on it.
///
/// In bytes an output element is
///   clamp(round_to_even(float(sum of products) + bias) * scale + added), 0, 255),
/// of a head without rounding or limits. Activations are unsigned; one that has no rectifier before it has its zero at
/// 128, which the biases take account of, and the limits 0 and 255 are the rectifier of the others. Because scales are
/// powers of two and biases whole, every step but the rounding is exact in float as long as the sums stay below 2^24,
/// and beyond the result is a limit anyway: every correct implementation gives the same bytes, whatever its order and
/// whether it fuses the multiplication and the addition.
class NetworkWeights {
 public:
  /// Takes the memory that Network::weight_bytes() says and fills it from the seed alone.
  NetworkWeights(const Network& network, NetworkType type, std::uint64_t seed);

  [[nodiscard]] const LayerWeights& layer(std::size_t index) const { return layers_[index]; }
  [[nodiscard]] NetworkType type() const { return type_; }

 private:
  void fill_floats(const Network& network, std::uint64_t seed);
  void fill_bytes(const Network& network, std::uint64_t seed);

  NetworkType type_;
  Array<float> floats_;
  Array<std::int8_t> bytes_;
  std::vector<LayerWeights> layers_;
};

/// The value of a byte activation that means zero.
[[nodiscard]] float zero_point(const Network& network, std::size_t tensor);

/// What is expected of a tensor's elements: standard deviation before the activation, mean and mean square after it.
struct ExpectedSize {
  double deviation = 1.0;
  double mean = 0.0;
  double mean_square = 1.0;
};
/// Of each tensor; in f32 for inputs uniform in [0, 1), in bytes for uniform bytes, in units of the last place.
[[nodiscard]] std::vector<ExpectedSize> expected_sizes(const Network& network, NetworkType type);

/// An image as the network takes it: of floats in [0, 1), or of bytes. The same seed and number give the same picture
/// in both.
void fill_image(std::span<float> image, std::uint64_t seed, std::uint64_t number);
void fill_image(std::span<std::uint8_t> image, std::uint64_t seed, std::uint64_t number);

}  // namespace assay
