#include "kernels/tiny/ds_cnn_reference.hpp"

#include <algorithm>
#include <cmath>

namespace assay {

// Sums are exact in double. Where the definition rounds a product to float, so does this.
std::vector<double> reference_ds_cnn_i8(const DsCnnModel& model, std::span<const float> features) {
  std::vector<double> image;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const std::size_t k = i % kMfccCoefficients;
    const float normal = (features[i] - model.mean[k]) * model.inverse_deviation[k];
    const double whole = std::nearbyint(static_cast<double>(normal / model.layers.front().input_scale));
    image.push_back(std::clamp(whole, -127.0, 127.0));
  }
  const auto weight = [&](std::size_t layer, std::size_t channel, std::size_t k) {
    const TinyWeights& weights = model.layers[layer].weights;
    return static_cast<double>(weights.values[channel * weights.inputs + k]);
  };
  const auto bias = [&](std::size_t layer, std::size_t channel) {
    return static_cast<double>(model.layers[layer].biases[channel]);
  };
  const auto finish = [&](double sum, std::size_t layer, std::size_t channel) {
    const float product = static_cast<float>(sum) * model.layers[layer].factor(channel);
    return std::clamp(std::nearbyint(static_cast<double>(product)), 0.0, 255.0);
  };
  const std::vector<double> sums = PlainDsCnn<double>(model).features(std::move(image), weight, bias, finish);
  std::vector<double> scores;
  for (std::size_t row = 0; row < DsCnnModel::kClasses; ++row) {
    double total = model.dense_biases[row];
    for (std::size_t k = 0; k < DsCnnModel::kChannels; ++k) {
      total += sums[k] * model.dense.values[row * DsCnnModel::kChannels + k];
    }
    scores.push_back(total * static_cast<double>(model.dense_factor(row)));
  }
  return scores;
}

}  // namespace assay
