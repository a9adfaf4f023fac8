// Networks by our own loops, and by OpenBLAS where it multiplies the matrices of the dense convolutions.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "kernels/array.hpp"
#include "kernels/cblas_gemm.hpp"
#include "kernels/models/activation_plan.hpp"
#include "kernels/models/network_executor.hpp"
#include "kernels/models/network_loops.hpp"
#include "kernels/models/network_pools.hpp"
#include "kernels/simd_target.hpp"

namespace assay {
namespace {

/// Limits that follow from a layer's activation.
struct Limits {
  float low = std::numeric_limits<float>::lowest();
  float high = std::numeric_limits<float>::max();
};

Limits limits_of(const Layer& layer, NetworkType type) {
  constexpr float kHighest = 6.0F;
  if (layer.is_head) {
    return {};
  }
  if (type == NetworkType::i8) {
    return {.low = 0.0F, .high = 255.0F};
  }
  Limits limits;
  limits.low = layer.activation == Activation::none ? limits.low : 0.0F;
  limits.high = layer.activation == Activation::relu6 ? kHighest : limits.high;
  return limits;
}

class OwnNetwork final : public NetworkExecutor {
 public:
  /// sgemm: multiplies the matrices of dense convolutions; nullptr: our own loops do.
  OwnNetwork(const NetworkProgram& program, CblasSgemm sgemm)
      : network_(program.network), weights_(program.weights), max_batch_(program.max_batch), sgemm_(sgemm) {
    plan_memory();
    pack_weights();
  }

  void run(std::span<const void* const> images) noexcept override {
    images_ = images.size();
    input_ = images[0];
    if (images_ > 1) {
      const std::size_t bytes = network_.tensor_bytes(0, weights_.type()).count;
      for (std::size_t i = 0; i < images_; ++i) {
        std::memcpy(memory_.data() + plan_.offsets[0] + i * bytes, images[i], bytes);
      }
      input_ = memory_.data() + plan_.offsets[0];
    }
    for (std::size_t layer = 0; layer < network_.layers.size(); ++layer) {
      compute(layer);
    }
    gather_outputs();
  }

  [[nodiscard]] std::span<const float> output(std::size_t slot) const noexcept override {
    return outputs_.span().subspan(slot * output_elements_, output_elements_);
  }

  void load(const void* image) noexcept override {
    images_ = 1;
    input_ = image;
  }

  void run_layer(std::size_t layer) noexcept override { compute(layer); }

  void read(std::size_t tensor, std::span<float> values) noexcept override {
    if (is_bytes(tensor)) {
      std::copy_n(bytes_of(tensor), values.size(), values.data());
    } else {
      std::copy_n(floats_of(tensor), values.size(), values.data());
    }
  }

 private:
  /// Where the packed parameters of a layer begin.
  struct Packed {
    std::size_t filters = 0;
    std::size_t biases = 0;
    std::size_t scales = 0;
  };

  [[nodiscard]] bool is_bytes(std::size_t tensor) const {
    return weights_.type() == NetworkType::i8 && (tensor == 0 || !network_.layers[tensor - 1].is_head);
  }
  [[nodiscard]] std::byte* place_of(std::size_t tensor) { return memory_.data() + plan_.offsets[tensor]; }
  [[nodiscard]] float* output_floats(std::size_t tensor) { return reinterpret_cast<float*>(place_of(tensor)); }
  [[nodiscard]] std::uint8_t* output_bytes(std::size_t tensor) {
    return reinterpret_cast<std::uint8_t*>(place_of(tensor));
  }
  [[nodiscard]] const float* floats_of(std::size_t tensor) {
    return tensor == 0 ? static_cast<const float*>(input_) : output_floats(tensor);
  }
  [[nodiscard]] const std::uint8_t* bytes_of(std::size_t tensor) {
    return tensor == 0 ? static_cast<const std::uint8_t*>(input_) : output_bytes(tensor);
  }

  void plan_memory() {
    std::vector<std::size_t> sizes;
    std::size_t widest = 0;  // elements of an input that is widened, or rows of pixels for a matrix product
    std::size_t most_channels = 0;
    for (std::size_t i = 0; i < network_.tensors.size(); ++i) {
      sizes.push_back(network_.tensor_bytes(i, weights_.type()).count * max_batch_);
      most_channels = std::max(most_channels, network_.tensors[i].channels);
    }
    for (const Layer& layer : network_.layers) {
      const std::size_t rows = network_.output_of(layer).places() * network_.depth(layer);
      const std::size_t needed = weights_.type() == NetworkType::i8 ? network_.input_of(layer).elements()
                                 : sgemm_ != nullptr && layer.kind == LayerKind::convolution ? rows
                                                                                             : 0;
      widest = std::max(widest, needed);
    }
    plan_ = plan_activations(network_, sizes);
    memory_ = Array<std::byte>(plan_.bytes);
    workspace_ = Array<float>(std::max<std::size_t>(1, widest * max_batch_));
    zeros_ = Array<float>(most_channels + padded_channels(0));
    output_elements_ = network_.output_elements();
    outputs_ = Array<float>(output_elements_ * max_batch_);
  }

  void pack_weights() {
    std::size_t size = 0;
    std::size_t largest = 0;
    for (const Layer& layer : network_.layers) {
      const std::size_t channels = network_.biases(layer);
      const bool packs = layer.kind == LayerKind::convolution && sgemm_ == nullptr;
      Packed at{.filters = size};
      size += packs ? network_.depth(layer) * padded_channels(channels) : network_.filter_elements(layer) + kLine;
      size = (size + kLine - 1) / kLine * kLine;
      at.biases = size;
      at.scales = size + padded_channels(channels);
      size += 2 * padded_channels(channels);
      largest = std::max(largest, network_.filter_elements(layer));
      packed_.push_back(at);
    }
    parameters_ = Array<float>(size);
    std::vector<float> wide(largest);
    for (std::size_t i = 0; i < network_.layers.size(); ++i) {
      const Layer& layer = network_.layers[i];
      const LayerWeights& weights = weights_.layer(i);
      std::copy(weights.biases.begin(), weights.biases.end(), parameters_.data() + packed_[i].biases);
      std::copy(weights.scales.begin(), weights.scales.end(), parameters_.data() + packed_[i].scales);
      std::copy(weights.filters.begin(), weights.filters.end(), wide.begin());
      std::copy(weights.byte_filters.begin(), weights.byte_filters.end(), wide.begin());
      float* const to = parameters_.data() + packed_[i].filters;
      if (layer.kind == LayerKind::convolution && sgemm_ == nullptr) {
        pack_network_filters({.depth = network_.depth(layer), .channels = network_.biases(layer)}, wide.data(), to);
      } else {
        std::copy_n(wide.begin(), network_.filter_elements(layer), to);
      }
    }
  }

  void compute(std::size_t index) noexcept {
    const Layer& layer = network_.layers[index];
    if (network_.biases(layer) == 0) {
      pool(layer);
      return;
    }
    NetworkConvolution convolution = described(index);
    if (layer.kind == LayerKind::depthwise) {
      convolve_depthwise(convolution);
    } else if (sgemm_ != nullptr) {
      multiply(layer, convolution);
    } else {
      convolve_network(convolution);
    }
  }

  void pool(const Layer& layer) noexcept {
    const PoolShape shape{
        .layer = layer, .in = network_.input_of(layer), .out = network_.output_of(layer), .images = images_};
    if (is_bytes(layer.input)) {
      pool_images(shape, bytes_of(layer.input), output_bytes(layer.output));
    } else {
      pool_images(shape, floats_of(layer.input), output_floats(layer.output));
    }
  }

  [[nodiscard]] NetworkConvolution described(std::size_t index) noexcept {
    const Layer& layer = network_.layers[index];
    const Limits limits = limits_of(layer, weights_.type());
    const bool in_bytes = weights_.type() == NetworkType::i8;
    NetworkConvolution c{.in = network_.input_of(layer),
                         .out = network_.output_of(layer),
                         .filter = layer.filter,
                         .stride = layer.stride,
                         .padding = layer.padding,
                         .images = images_,
                         .input = workspace_.data(),
                         .zeros = zeros_.data(),
                         .filters = parameters_.data() + packed_[index].filters,
                         .biases = parameters_.data() + packed_[index].biases,
                         .scales = in_bytes ? parameters_.data() + packed_[index].scales : nullptr,
                         .low = limits.low,
                         .high = limits.high};
    if (in_bytes) {
      std::copy_n(bytes_of(layer.input), images_ * c.in.elements(), workspace_.data());
      c.added_bytes = layer.added ? bytes_of(*layer.added) : nullptr;
    } else {
      c.input = floats_of(layer.input);
      c.added = layer.added ? floats_of(*layer.added) : nullptr;
    }
    if (is_bytes(layer.output)) {
      c.output_bytes = output_bytes(layer.output);
    } else {
      c.output = output_floats(layer.output);
    }
    return c;
  }

  /// As a product of matrices: a row of pixels under the taps a place, a column of filters a channel. A shortcut lies
  /// where the sum goes and is added there.
  void multiply(const Layer& layer, NetworkConvolution& c) noexcept {
    constexpr int kRowMajor = 101;  // the values that every cblas.h gives its enumerators
    constexpr int kNoTranspose = 111;
    const bool is_matrix = layer.filter == Extent{} && layer.stride == Extent{} && layer.padding == Extent{0, 0};
    if (!is_matrix) {
      copy_rows(c, workspace_.data());
    }
    const int rows = static_cast<int>(c.images * c.out.places());
    const int columns = static_cast<int>(c.out.channels);
    const int depth = static_cast<int>(network_.depth(layer));
    sgemm_(kRowMajor, kNoTranspose, kNoTranspose, rows, columns, depth, 1.0F, is_matrix ? c.input : workspace_.data(),
           depth, c.filters, columns, layer.added ? 1.0F : 0.0F, c.output, columns);
    c.added = nullptr;
    finish_network(c);
  }

  void gather_outputs() noexcept {
    float* to = outputs_.data();
    for (std::size_t image = 0; image < images_; ++image) {
      for (const Layer& layer : network_.layers) {
        if (layer.is_head) {
          const std::size_t elements = network_.output_of(layer).elements();
          to = std::copy_n(floats_of(layer.output) + image * elements, elements, to);
        }
      }
    }
  }

  static constexpr std::size_t kLine = 64;

  const Network& network_;
  const NetworkWeights& weights_;
  std::size_t max_batch_;
  CblasSgemm sgemm_;
  ActivationPlan plan_;
  Array<std::byte> memory_;
  Array<float> parameters_;
  std::vector<Packed> packed_;
  Array<float> workspace_;
  Array<float> zeros_;
  Array<float> outputs_;
  std::size_t output_elements_ = 0;  ///< of an image
  const void* input_ = nullptr;
  std::size_t images_ = 1;
};

Reading<std::string> offer_own(NetworkType type) {
  return "own code, " + simd_target() + (type == NetworkType::i8 ? ", computes in f32" : "");
}

std::unique_ptr<NetworkExecutor> make_own(const NetworkProgram& program) {
  return std::make_unique<OwnNetwork>(program, nullptr);
}

Reading<std::string> offer_openblas(NetworkType type) {
  const Reading<CblasLibrary>& library = openblas_library();
  if (!library) {
    return Unavailable{library.reason()};
  }
  if (type != NetworkType::f32) {
    return Unavailable{fmt::format("{} multiplies no bytes", library->version)};
  }
  return library->version + "; depthwise and pooling by own code";
}

std::unique_ptr<NetworkExecutor> make_openblas(const NetworkProgram& program) {
  return std::make_unique<OwnNetwork>(program, openblas_library()->sgemm);
}

}  // namespace

const NetworkLibrary& own_network() {
  static const NetworkLibrary library{"own", "", offer_own, make_own};
  return library;
}

const NetworkLibrary& openblas_network() {
  static const NetworkLibrary library{"openblas", "libopenblas0", offer_openblas, make_openblas};
  return library;
}

std::span<const NetworkLibrary> network_libraries() {
  static const std::array libraries{onednn_network(), openblas_network(), own_network()};
  return libraries;
}

const NetworkLibrary& network_library(std::string_view name) {
  for (const NetworkLibrary& library : network_libraries()) {
    if (library.name == name) {
      return library;
    }
  }
  throw std::invalid_argument(fmt::format("there is no library '{}' of networks", name));
}

}  // namespace assay
