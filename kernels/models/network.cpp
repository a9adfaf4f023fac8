#include "kernels/models/network.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace assay {

const char* name_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::convolution:
      return "convolution";
    case LayerKind::depthwise:
      return "depthwise";
    case LayerKind::max_pool:
      return "max pool";
    case LayerKind::average_pool:
      return "average pool";
  }
  return "";
}

const char* name_of(NetworkType type) { return type == NetworkType::f32 ? "f32" : "i8"; }
std::size_t element_bytes(NetworkType type) { return type == NetworkType::f32 ? sizeof(float) : 1; }

std::vector<std::size_t> Network::heads() const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].is_head) {
      found.push_back(i);
    }
  }
  return found;
}

std::size_t Network::output_elements() const {
  std::size_t sum = 0;
  for (const std::size_t head : heads()) {
    sum += output_of(layers[head]).elements();
  }
  return sum;
}

std::size_t Network::depth(const Layer& layer) const {
  const std::size_t taps = layer.filter.height * layer.filter.width;
  return layer.kind == LayerKind::convolution ? taps * input_of(layer).channels : taps;
}

std::uint64_t Network::macs(const Layer& layer) const {
  const bool multiplies = layer.kind == LayerKind::convolution || layer.kind == LayerKind::depthwise;
  return multiplies ? std::uint64_t{depth(layer)} * output_of(layer).elements() : 0;
}

std::uint64_t Network::macs() const {
  std::uint64_t sum = 0;
  for (const Layer& layer : layers) {
    sum += macs(layer);
  }
  return sum;
}

std::size_t Network::filter_elements(const Layer& layer) const {
  return biases(layer) * depth(layer);  // a filter for each output channel
}

std::size_t Network::biases(const Layer& layer) const {
  const bool multiplies = layer.kind == LayerKind::convolution || layer.kind == LayerKind::depthwise;
  return multiplies ? output_of(layer).channels : 0;
}

std::uint64_t Network::parameters() const {
  std::uint64_t sum = 0;
  for (const Layer& layer : layers) {
    sum += filter_elements(layer) + biases(layer);
  }
  return sum;
}

Flops Network::work(const Layer& layer) const {
  const std::uint64_t elements = output_of(layer).elements();
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::depthwise:
      return {2 * macs(layer) + elements + (layer.added ? elements : 0)};
    case LayerKind::average_pool:
      return {elements * depth(layer)};  // all but one addition, and the division
    case LayerKind::max_pool:
      break;
  }
  return {};
}

Flops Network::work() const {
  Flops sum;
  for (const Layer& layer : layers) {
    sum = sum + work(layer);
  }
  return sum;
}

Bytes Network::weight_bytes(const Layer& layer, NetworkType type) const {
  const std::size_t a_channel = type == NetworkType::f32 ? sizeof(float) : 2 * sizeof(float);  // bias, and scale
  return {filter_elements(layer) * element_bytes(type) + biases(layer) * a_channel};
}

Bytes Network::weight_bytes(NetworkType type) const {
  Bytes sum;
  for (const Layer& layer : layers) {
    sum = sum + weight_bytes(layer, type);
  }
  return sum;
}

Bytes Network::tensor_bytes(std::size_t tensor, NetworkType type) const {
  const bool is_head = tensor > 0 && layers[tensor - 1].is_head;
  return {tensors[tensor].elements() * (is_head ? sizeof(float) : element_bytes(type))};
}

Bytes Network::activation_bytes(const Layer& layer, NetworkType type) const {
  const Bytes added = layer.added ? tensor_bytes(*layer.added, type) : Bytes{};
  return tensor_bytes(layer.input, type) + added + tensor_bytes(layer.output, type);
}

NetworkBuilder::NetworkBuilder(std::string name, TensorShape input) {
  network_.name = std::move(name);
  network_.tensors.push_back(input);
}

std::size_t NetworkBuilder::append(Layer layer, std::size_t channels) {
  const TensorShape& in = shape(layer.input);
  const auto outputs = [](std::size_t size, std::size_t filter, std::size_t stride, std::size_t padding) {
    return (size + 2 * padding - filter) / stride + 1;
  };
  if (in.height + 2 * layer.padding.height < layer.filter.height ||
      in.width + 2 * layer.padding.width < layer.filter.width) {
    throw std::invalid_argument(fmt::format("{}, layer {}: the filter is larger than its input of {} x {}",
                                            network_.name, layer.name, in.height, in.width));
  }
  const TensorShape out{.height = outputs(in.height, layer.filter.height, layer.stride.height, layer.padding.height),
                        .width = outputs(in.width, layer.filter.width, layer.stride.width, layer.padding.width),
                        .channels = channels};
  if (layer.added && !(shape(*layer.added) == out)) {
    throw std::invalid_argument(
        fmt::format("{}, layer {}: what is added is of another shape", network_.name, layer.name));
  }
  layer.output = network_.tensors.size();
  network_.tensors.push_back(out);
  network_.layers.push_back(std::move(layer));
  return network_.tensors.size() - 1;
}

std::size_t NetworkBuilder::convolution(const std::string& layer, std::size_t input, const Convolution& what) {
  return append({.name = layer,
                 .kind = LayerKind::convolution,
                 .input = input,
                 .added = what.added,
                 .filter = what.filter,
                 .stride = what.stride,
                 .padding = what.padding,
                 .activation = what.activation,
                 .is_head = what.is_head},
                what.channels);
}

std::size_t NetworkBuilder::depthwise(const std::string& layer, std::size_t input, std::size_t stride,
                                      Activation activation) {
  return append({.name = layer,
                 .kind = LayerKind::depthwise,
                 .input = input,
                 .filter = {3, 3},
                 .stride = {stride, stride},
                 .padding = {1, 1},
                 .activation = activation},
                shape(input).channels);
}

std::size_t NetworkBuilder::pool(const std::string& layer, std::size_t input, const Pool& what) {
  return append({.name = layer,
                 .kind = what.kind,
                 .input = input,
                 .filter = what.filter,
                 .stride = what.stride,
                 .padding = what.padding},
                shape(input).channels);
}

std::size_t NetworkBuilder::global_average(const std::string& layer, std::size_t input) {
  return pool(layer, input,
              {.kind = LayerKind::average_pool, .filter = {shape(input).height, shape(input).width}, .stride = {1, 1}});
}

}  // namespace assay
