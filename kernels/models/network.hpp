#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/units.hpp"

namespace assay {

/// Activations of one image, channels last.
struct TensorShape {
  std::size_t height = 1;
  std::size_t width = 1;
  std::size_t channels = 1;
  [[nodiscard]] std::size_t places() const { return height * width; }
  [[nodiscard]] std::size_t elements() const { return height * width * channels; }
  friend bool operator==(const TensorShape&, const TensorShape&) = default;
};

enum class LayerKind {
  convolution,  ///< dense; over a single place it is a fully connected layer
  depthwise,    ///< each channel has a filter of its own
  max_pool,
  average_pool,
};
[[nodiscard]] const char* name_of(LayerKind kind);

enum class Activation { none, relu, relu6 };

/// Vertical and horizontal.
struct Extent {
  std::size_t height = 1;
  std::size_t width = 1;
  friend bool operator==(const Extent&, const Extent&) = default;
};

/// One step of a network: reads a tensor and writes the one of its own index + 1.
struct Layer {
  std::string name;
  LayerKind kind = LayerKind::convolution;
  std::size_t input = 0;  ///< index in Network::tensors
  std::size_t output = 1;
  /// A tensor of the output's shape that is added before the activation: the shortcut of a residual block. No later
  /// layer reads it, so that the sum can take its place.
  std::optional<std::size_t> added;
  Extent filter;
  Extent stride;
  Extent padding;  ///< zeros above and to the left; below and to the right as many as the output needs
  Activation activation = Activation::none;
  bool is_head = false;  ///< its output is one of the network's
};

/// The element type that a network computes in: f32, or bytes with sums in 32-bit integers.
enum class NetworkType { f32, i8 };
[[nodiscard]] const char* name_of(NetworkType type);  ///< "f32", "i8"
[[nodiscard]] std::size_t element_bytes(NetworkType type);

/// A convolutional network as a list of layers in the order in which they run. Its shapes alone settle what it costs.
struct Network {
  std::string name;
  std::vector<TensorShape> tensors;  ///< of one image; the first is the input
  std::vector<Layer> layers;

  [[nodiscard]] const TensorShape& input_of(const Layer& layer) const { return tensors[layer.input]; }
  [[nodiscard]] const TensorShape& output_of(const Layer& layer) const { return tensors[layer.output]; }
  [[nodiscard]] std::vector<std::size_t> heads() const;  ///< indices of layers
  /// Elements of all heads of one image: the network's output is one after the other.
  [[nodiscard]] std::size_t output_elements() const;

  /// Multiplications with an addition, taps on the border included; pooling has none.
  [[nodiscard]] std::uint64_t macs(const Layer& layer) const;
  [[nodiscard]] std::uint64_t macs() const;
  /// Products in one sum.
  [[nodiscard]] std::size_t depth(const Layer& layer) const;
  [[nodiscard]] std::size_t filter_elements(const Layer& layer) const;
  [[nodiscard]] std::size_t biases(const Layer& layer) const;
  /// Filters and biases; a batch normalisation is folded into them.
  [[nodiscard]] std::uint64_t parameters() const;

  /// Two operations a product, one a bias, one an added element and one for each value of an average. A comparison is
  /// none; what brings a sum of bytes back to a byte is not counted.
  [[nodiscard]] Flops work(const Layer& layer) const;
  [[nodiscard]] Flops work() const;

  /// Filters, biases and in bytes the scales.
  [[nodiscard]] Bytes weight_bytes(const Layer& layer, NetworkType type) const;
  [[nodiscard]] Bytes weight_bytes(NetworkType type) const;
  /// Bytes of a layer's input, shortcut and output for one image. A head writes floats.
  [[nodiscard]] Bytes activation_bytes(const Layer& layer, NetworkType type) const;
  [[nodiscard]] Bytes tensor_bytes(std::size_t tensor, NetworkType type) const;
};

/// Appends layers to a network and works out their shapes. The functions return the index of the tensor that the new
/// layer writes.
class NetworkBuilder {
 public:
  NetworkBuilder(std::string name, TensorShape input);

  struct Convolution {
    std::size_t channels = 0;  ///< of the output
    Extent filter{1, 1};
    Extent stride{1, 1};
    Extent padding{0, 0};
    Activation activation = Activation::none;
    std::optional<std::size_t> added{};
    bool is_head = false;
  };
  std::size_t convolution(const std::string& layer, std::size_t input, const Convolution& what);
  /// 3 x 3, with a border of zeros.
  std::size_t depthwise(const std::string& layer, std::size_t input, std::size_t stride, Activation activation);
  struct Pool {
    LayerKind kind = LayerKind::max_pool;
    Extent filter{1, 1};
    Extent stride{1, 1};
    Extent padding{0, 0};
  };
  std::size_t pool(const std::string& layer, std::size_t input, const Pool& what);
  /// The average of all places.
  std::size_t global_average(const std::string& layer, std::size_t input);

  [[nodiscard]] const TensorShape& shape(std::size_t tensor) const { return network_.tensors[tensor]; }
  [[nodiscard]] Network take() { return std::move(network_); }

 private:
  std::size_t append(Layer layer, std::size_t channels);

  Network network_;
};

}  // namespace assay
