#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "kernels/tiny/isolation_network.hpp"

namespace assay {

/// biases + weights * inputs, for references and for counting operations.
template <class Real>
std::vector<Real> plain_product(const IsolationModel::Layer& layer, const std::vector<Real>& inputs) {
  std::vector<Real> outputs;
  for (std::size_t row = 0; row < layer.biases.size(); ++row) {
    Real sum(static_cast<double>(layer.biases[row]));
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const double weight = static_cast<double>(layer.weights.values[row * inputs.size() + k]) *
                            static_cast<double>(layer.weights.scales[row]);
      sum = sum + inputs[k] * Real(weight);
    }
    outputs.push_back(sum);
  }
  return outputs;
}

/// A gated recurrent unit; `sigmoid` and `hyperbolic` are free of counted operations where Real counts.
template <class Real, class Sigmoid, class Tanh>
std::vector<Real> plain_gru(const IsolationModel::Layer& of_input, const IsolationModel::Layer& of_state,
                            const std::vector<Real>& inputs, const std::vector<Real>& state, Sigmoid sigmoid,
                            Tanh hyperbolic) {
  const std::vector<Real> a = plain_product(of_input, inputs);
  const std::vector<Real> b = plain_product(of_state, state);
  const std::size_t units = state.size();
  std::vector<Real> next;
  for (std::size_t i = 0; i < units; ++i) {
    const Real reset = sigmoid(a[i] + b[i]);
    const Real update = sigmoid(a[units + i] + b[units + i]);
    const Real candidate = hyperbolic(a[2 * units + i] + reset * b[2 * units + i]);
    next.push_back(candidate + update * (state[i] - candidate));
  }
  return next;
}

/// Gains, then the two states.
template <class Real, class Sigmoid, class Tanh>
std::vector<Real> plain_isolation(const IsolationModel& model, std::span<const float> features,
                                  const IsolationNetwork::State& state, Sigmoid sigmoid, Tanh hyperbolic) {
  const auto reals = [](std::span<const float> values) {
    std::vector<Real> made;
    for (const float value : values) {
      made.push_back(Real(static_cast<double>(value)));
    }
    return made;
  };
  std::vector<Real> inputs = reals(features);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i] =
        (inputs[i] - Real(static_cast<double>(model.mean[i]))) * Real(static_cast<double>(model.inverse_deviation[i]));
  }
  std::vector<Real> dense = plain_product(model.layers[0], inputs);
  for (Real& value : dense) {
    value = hyperbolic(value);
  }
  const auto first = plain_gru(model.layers[1], model.layers[2], dense, reals(state.first), sigmoid, hyperbolic);
  const auto second = plain_gru(model.layers[3], model.layers[4], first, reals(state.second), sigmoid, hyperbolic);
  std::vector<Real> outputs = plain_product(model.layers[5], second);
  for (Real& value : outputs) {
    value = sigmoid(value);
  }
  outputs.insert(outputs.end(), first.begin(), first.end());
  outputs.insert(outputs.end(), second.begin(), second.end());
  return outputs;
}

/// In double.
template <class Real>
std::vector<Real> reference_isolation(const IsolationModel& model, std::span<const float> features,
                                      const IsolationNetwork::State& state) {
  return plain_isolation<Real>(
      model, features, state, [](Real x) { return Real(1) / (Real(1) + std::exp(-x)); },
      [](Real x) { return std::tanh(x); });
}

}  // namespace assay
