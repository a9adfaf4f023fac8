#include "kernels/tiny/isolation_network.hpp"

#include <algorithm>

namespace assay {
namespace {

constexpr std::size_t kUnits = IsolationModel::kUnits;

}  // namespace

IsolationNetwork::IsolationNetwork(const IsolationModel& model, TinyDtype dtype)
    : mean_(model.mean), inverse_deviation_(model.inverse_deviation), dtype_(dtype) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const TinyWeights& weights = model.layers[i].weights;
    Layer& layer = layers_[i];
    layer.inputs = weights.inputs;
    layer.biases = model.layers[i].biases;
    layer.scales = weights.scales;
    for (std::size_t k = 0; k < weights.inputs; ++k) {
      for (std::size_t row = 0; row < weights.outputs; ++row) {
        const std::int8_t value = weights.values[row * weights.inputs + k];
        if (dtype == TinyDtype::i8) {
          layer.bytes.push_back(value);
        } else {
          layer.reals.push_back(static_cast<float>(value) * weights.scales[row]);
        }
      }
    }
  }
}

void IsolationNetwork::apply(std::size_t layer, const float* inputs, float* outputs) const noexcept {
  const Layer& l = layers_[layer];
  tiny_product({.bytes = dtype_ == TinyDtype::i8 ? l.bytes.data() : nullptr,
                .scales = l.scales.data(),
                .reals = l.reals.data(),
                .biases = l.biases.data(),
                .inputs = inputs,
                .outputs = outputs,
                .rows = l.biases.size(),
                .columns = l.inputs});
}

void IsolationNetwork::recur(std::size_t layer, const float* inputs, std::span<float> state) noexcept {
  apply(layer, inputs, of_input_.data());
  apply(layer + 1, state.data(), of_state_.data());
  for (std::size_t i = 0; i < 2 * kUnits; ++i) {
    of_input_[i] += of_state_[i];
  }
  tiny_sigmoid(std::span(of_input_).first(2 * kUnits));
  const std::span<float> candidate = std::span(of_input_).subspan(2 * kUnits);
  for (std::size_t i = 0; i < kUnits; ++i) {
    candidate[i] += of_input_[i] * of_state_[2 * kUnits + i];
  }
  tiny_tanh(candidate);
  for (std::size_t i = 0; i < kUnits; ++i) {
    state[i] = candidate[i] + of_input_[kUnits + i] * (state[i] - candidate[i]);
  }
}

void IsolationNetwork::frame(std::span<const float> features, State& state, std::span<float> gains) noexcept {
  for (std::size_t i = 0; i < kBands; ++i) {
    normal_[i] = (features[i] - mean_[i]) * inverse_deviation_[i];
  }
  apply(0, normal_.data(), dense_.data());
  tiny_tanh(dense_);
  recur(1, dense_.data(), state.first);
  recur(3, state.first.data(), state.second);
  apply(5, state.second.data(), gains.data());
  tiny_sigmoid(gains.first(kBands));
}

Flops IsolationNetwork::work() {
  constexpr std::size_t kDense = IsolationModel::kDense;
  constexpr std::size_t kProducts = kBands * kDense + 3 * kUnits * (kDense + 3 * kUnits) + kUnits * kBands;
  constexpr std::size_t kGateOperations = 7;  // three additions and a product before the gates, three to blend
  return {2 * kProducts + 2 * kGateOperations * kUnits + 2 * kBands};
}

Bytes IsolationNetwork::parameter_bytes() const {
  std::size_t bytes = 2 * kBands * sizeof(float);
  for (const Layer& layer : layers_) {
    const std::size_t weights = layer.inputs * layer.biases.size();
    bytes += dtype_ == TinyDtype::i8 ? weights + 2 * layer.biases.size() * sizeof(float)
                                     : (weights + layer.biases.size()) * sizeof(float);
  }
  return {bytes};
}

}  // namespace assay
