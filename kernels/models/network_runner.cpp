#include "kernels/models/network_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernels/models/activation_plan.hpp"
#include "kernels/models/network_loops.hpp"
#include "kernels/models/reference_network.hpp"

namespace assay {
namespace {

constexpr double kUnit = 0x1.0p-24;  // half the distance from 1 to the next float

std::vector<double> image_in_double(const Network& network, NetworkType type, const void* image) {
  const std::size_t elements = network.tensors[0].elements();
  if (type == NetworkType::i8) {
    const auto* const bytes = static_cast<const std::uint8_t*>(image);
    return {bytes, bytes + elements};
  }
  const auto* const floats = static_cast<const float*>(image);
  return {floats, floats + elements};
}

}  // namespace

NetworkRunner::NetworkRunner(Network network, const Options& options)
    : network_(std::move(network)),
      type_(options.type),
      max_batch_(options.max_batch),
      choice_(choose_network_library(network_, type_, options.library)) {}

Bytes NetworkRunner::traffic(std::size_t images) const {
  return network_.weight_bytes(type_) + (network_.tensor_bytes(0, type_) + output_bytes()) * images;
}

Bytes NetworkRunner::memory() const {
  std::vector<std::size_t> sizes;
  std::size_t workspace = 0;
  std::size_t packed = 0;
  for (std::size_t i = 0; i < network_.tensors.size(); ++i) {
    sizes.push_back(network_.tensor_bytes(i, type_).count * max_batch_);
  }
  for (const Layer& layer : network_.layers) {
    const bool dense = layer.kind == LayerKind::convolution;
    workspace = std::max(workspace, network_.output_of(layer).places() * (dense ? network_.depth(layer) : 1));
    packed += network_.depth(layer) * (dense ? padded_channels(network_.biases(layer)) : network_.biases(layer));
  }
  const std::size_t activations = plan_activations(network_, sizes).bytes * 2;  // with the padding of blocked layouts
  return network_.weight_bytes(type_) + output_bytes() * max_batch_ +
         Bytes{activations + (packed + workspace * max_batch_) * sizeof(float)};
}

void NetworkRunner::prepare(std::uint64_t seed) {
  executor_.reset();
  weights_.emplace(network_, type_, seed);
  executor_ = choice_.library->executor({.network = network_, .weights = *weights_, .max_batch = max_batch_});
}

std::string NetworkRunner::failure() const {
  return failed() ? fmt::format("{}: {}", network_.name, executor_->failure()) : "";
}

void NetworkRunner::run_up_to(std::size_t layer, const void* image) noexcept {
  executor_->load(image);
  for (std::size_t i = 0; i < layer; ++i) {
    executor_->run_layer(i);
  }
}

LayeredKernel::LayerFigures NetworkRunner::figures(std::size_t layer) const {
  const Layer& what = network_.layers[layer];
  const Bytes traffic = network_.weight_bytes(what, type_) + network_.activation_bytes(what, type_);
  // A sum reads what it overwrites.
  const Bytes allocated = what.added ? Bytes{} : network_.tensor_bytes(what.output, type_);
  return {.name = what.name, .work = network_.work(what), .traffic = traffic, .bus_traffic = traffic + allocated};
}

std::vector<double> NetworkRunner::reference(const void* image) const {
  return reference_output(network_, *weights_, image_in_double(network_, type_, image));
}

// The sum of n products of independent signs errs by 8 sqrt(n) u of its size with the probability of gemm.cpp; bias,
// scale and shortcut round three times more. In bytes every step is exact (NetworkWeights), but that of an average,
// which is rounded to a whole number far from where it could turn.
NetworkRunner::LayerBound NetworkRunner::layer_bound(std::size_t layer) const {
  const ExpectedSize size = expected_sizes(network_, type_)[network_.layers[layer].output];
  const double n = static_cast<double>(network_.depth(network_.layers[layer]));
  if (type_ == NetworkType::i8) {
    return {.tolerance = 0.0, .scale = 1.0};
  }
  return {.tolerance = (8 * std::sqrt(n) + 3) * kUnit, .scale = std::max(size.deviation, std::sqrt(size.mean_square))};
}

// Weights of He's size pass the errors of earlier layers on at the size they have; where a shortcut is added, beside
// it. So the errors of all layers add up to at most the sum of their bounds.
double NetworkRunner::tolerance() const {
  double sum = 0.0;
  for (std::size_t layer = 0; layer < network_.layers.size(); ++layer) {
    sum += layer_bound(layer).tolerance;
  }
  return sum;
}

std::vector<double> NetworkRunner::tensor_in_double(std::size_t tensor) {
  std::vector<float> values(network_.tensors[tensor].elements());
  executor_->read(tensor, values);
  return {values.begin(), values.end()};
}

OutputCheck NetworkRunner::check_layers(const void* image, std::optional<std::size_t> only) {
  OutputCheck result{.passed = true};
  std::size_t element = 0;
  executor_->load(image);
  for (std::size_t i = 0; i < network_.layers.size(); ++i) {
    const Layer& layer = network_.layers[i];
    if (only && *only != i) {
      executor_->run_layer(i);
      continue;
    }
    const std::vector<double> input =
        layer.input == 0 ? image_in_double(network_, type_, image) : tensor_in_double(layer.input);
    const std::vector<double> added = layer.added ? tensor_in_double(*layer.added) : std::vector<double>{};
    executor_->run_layer(i);
    const std::vector<double> found = tensor_in_double(layer.output);
    const std::vector<double> expected = reference_layer_in_double(network_, i, *weights_, input, added);
    const LayerBound bound = layer_bound(i);
    OutputComparison comparison(bound.tolerance, bound.scale);
    for (std::size_t k = 0; k < found.size(); ++k) {
      comparison.compare(0, element + k, expected[k], found[k]);
    }
    element += found.size();
    const OutputCheck check = comparison.result();
    result.tolerance = std::max(result.tolerance, check.tolerance);
    result.worst_relative_error = std::max(result.worst_relative_error, check.worst_relative_error);
    if (!check.passed && result.passed) {
      result.passed = false;
      result.detail = fmt::format("{}, layer {} ({}): {}", network_.name, i, layer.name, check.detail);
    }
    if (only) {
      break;
    }
  }
  if (failed()) {
    result.passed = false;
    result.detail = failure();
  }
  return result;
}

}  // namespace assay
