#include "kernels/tiny/ds_cnn_network.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace assay {
namespace {

constexpr std::size_t kChannels = DsCnnModel::kChannels;
constexpr std::size_t kColumns = DsCnnModel::kColumns;
constexpr std::size_t kPlaces = DsCnnModel::kPlaces;
constexpr std::size_t kTaps = 40;  // of the first convolution, 10 x 4
constexpr std::size_t kTapColumns = 4;
constexpr std::size_t kBorderTop = 4;
constexpr std::size_t kBorderLeft = 1;
constexpr std::size_t kImageColumns = kMfccCoefficients + 2;
constexpr std::size_t kImage = (kMfccFrames + 9) * kImageColumns;
constexpr std::size_t kGridStep = (kColumns + 2) * kChannels;
constexpr std::size_t kGrid = (DsCnnModel::kRows + 2) * kGridStep;
constexpr std::size_t kGridBegin = kGridStep + kChannels;

float weight_of(const TinyWeights& weights, std::size_t row, std::size_t column) {
  return static_cast<float>(weights.values[row * weights.inputs + column]) * weights.scales[row];
}

// In the order of the loops: pairs of inputs side by side in 8 bits, except for depthwise filters.
template <class Weight>
std::vector<Weight> ordered(const TinyWeights& from) {
  std::vector<Weight> weights(from.outputs * from.inputs);
  const bool filter = from.inputs == 9;
  for (std::size_t channel = 0; channel < from.outputs; ++channel) {
    for (std::size_t k = 0; k < from.inputs; ++k) {
      if constexpr (std::is_same_v<Weight, float>) {
        weights[k * from.outputs + channel] = weight_of(from, channel, k);
      } else {
        const std::size_t at = filter ? k * from.outputs + channel : (k / 2 * from.outputs + channel) * 2 + k % 2;
        weights[at] = from.values[channel * from.inputs + k];
      }
    }
  }
  return weights;
}

}  // namespace

std::int16_t quantised_feature(const DsCnnModel& model, float feature, std::size_t k) noexcept {
  const float normal = (feature - model.mean[k]) * model.inverse_deviation[k];
  return static_cast<std::int16_t>(
      std::nearbyint(std::clamp(normal / model.layers.front().input_scale, -127.0F, 127.0F)));
}

DsCnnNetwork::DsCnnNetwork(const DsCnnModel& model, Settings settings)
    : model_(model), settings_(settings), loops_(settings.scalar ? ds_cnn_scalar_loops() : ds_cnn_vector_loops()) {
  if (settings_.dtype == TinyDtype::i8) {
    prepare(i8_);
  } else {
    prepare(f32_);
    dense_.reserve(DsCnnModel::kClasses * (kChannels + 1));
    for (std::size_t row = 0; row < DsCnnModel::kClasses; ++row) {
      for (std::size_t k = 0; k < kChannels; ++k) {
        dense_.push_back(weight_of(model_.dense, row, k));
      }
    }
  }
  for (std::size_t row = 0; row < DsCnnModel::kClasses; ++row) {
    dense_factors_[row] = model_.dense_factor(row);
  }
}

template <class N>
void DsCnnNetwork::prepare(N& numbers) {
  for (const DsCnnLayer& layer : model_.layers) {
    using Layer = std::remove_reference_t<decltype(numbers.layers.emplace_back())>;
    Layer made{.weights = ordered<typename decltype(Layer::weights)::value_type>(layer.weights)};
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      if constexpr (std::is_same_v<N, NumbersF32>) {
        made.biases.push_back(
            static_cast<float>(static_cast<double>(layer.biases[channel]) * static_cast<double>(layer.input_scale) *
                               static_cast<double>(layer.weights.scales[channel])));
      } else {
        made.biases.push_back(layer.biases[channel]);
        made.factors.push_back(layer.factor(channel));
      }
    }
    numbers.layers.push_back(std::move(made));
  }
  numbers.image.assign(kImage, 0);
  numbers.gathered.assign(kPlaces * kTaps, 0);
  numbers.grid.assign(kGrid, 0);
  numbers.filtered.assign(kPlaces * kChannels, 0);
  numbers.last.assign(kPlaces * kChannels, 0);
}

void DsCnnNetwork::fill_image(std::span<const float> features, NumbersI8& numbers) const noexcept {
  for (std::size_t i = 0; i < kInputs; ++i) {
    const std::size_t k = i % kMfccCoefficients;
    numbers.image[(i / kMfccCoefficients + kBorderTop) * kImageColumns + k + kBorderLeft] =
        quantised_feature(model_, features[i], k);
  }
}

void DsCnnNetwork::fill_image(std::span<const float> features, NumbersF32& numbers) const noexcept {
  for (std::size_t i = 0; i < kInputs; ++i) {
    const std::size_t k = i % kMfccCoefficients;
    numbers.image[(i / kMfccCoefficients + kBorderTop) * kImageColumns + k + kBorderLeft] =
        (features[i] - model_.mean[k]) * model_.inverse_deviation[k];
  }
}

template <class N>
void DsCnnNetwork::convolve(N& numbers) noexcept {
  for (std::size_t place = 0; place < kPlaces; ++place) {
    const auto* const from = numbers.image.data() + place / kColumns * 2 * kImageColumns + place % kColumns * 2;
    auto* const to = numbers.gathered.data() + place * kTaps;
    for (std::size_t line = 0; line < kTaps / kTapColumns; ++line) {
      std::copy_n(from + line * kImageColumns, kTapColumns, to + line * kTapColumns);
    }
  }
  const auto products = [this](const auto& p) {
    if constexpr (std::is_same_v<N, NumbersI8>) {
      loops_.products_i8(p);
    } else {
      loops_.products_f32(p);
    }
  };
  using Products = std::conditional_t<std::is_same_v<N, NumbersI8>, ProductsI8, ProductsF32>;
  using Filters = std::conditional_t<std::is_same_v<N, NumbersI8>, FiltersI8, FiltersF32>;
  for (std::size_t i = 0; i < numbers.layers.size(); ++i) {
    const auto& layer = numbers.layers[i];
    if (i % 2 == 1) {
      const Filters work{.inputs = numbers.grid.data(),
                         .weights = layer.weights.data(),
                         .biases = layer.biases.data(),
                         .factors = layer.factors.data(),
                         .outputs = numbers.filtered.data()};
      if constexpr (std::is_same_v<N, NumbersI8>) {
        loops_.filters_i8(work);
      } else {
        loops_.filters_f32(work);
      }
      continue;
    }
    const bool last = i + 1 == numbers.layers.size();
    products(Products{.inputs = i == 0 ? numbers.gathered.data() : numbers.filtered.data(),
                      .depth = i == 0 ? kTaps : kChannels,
                      .weights = layer.weights.data(),
                      .biases = layer.biases.data(),
                      .factors = layer.factors.data(),
                      .outputs = last ? numbers.last.data() : numbers.grid.data() + kGridBegin,
                      .output_step = last ? kColumns * kChannels : kGridStep});
  }
}

void DsCnnNetwork::run(std::span<const float> features, std::span<float> scores) noexcept {
  if (settings_.dtype == TinyDtype::i8) {
    fill_image(features, i8_);
    convolve(i8_);
    std::array<std::int32_t, kChannels> sums{};
    for (std::size_t place = 0; place < kPlaces; ++place) {
      for (std::size_t channel = 0; channel < kChannels; ++channel) {
        sums[channel] += i8_.last[place * kChannels + channel];
      }
    }
    for (std::size_t row = 0; row < DsCnnModel::kClasses; ++row) {
      std::int32_t total = model_.dense_biases[row];
      for (std::size_t channel = 0; channel < kChannels; ++channel) {
        total += sums[channel] * model_.dense.values[row * kChannels + channel];
      }
      scores[row] = static_cast<float>(total) * dense_factors_[row];
    }
    return;
  }
  fill_image(features, f32_);
  convolve(f32_);
  std::array<float, kChannels> sums{};
  for (std::size_t place = 0; place < kPlaces; ++place) {
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      sums[channel] += f32_.last[place * kChannels + channel];
    }
  }
  for (std::size_t row = 0; row < DsCnnModel::kClasses; ++row) {
    float total = 0.0F;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      total += sums[channel] * dense_[row * kChannels + channel];
    }
    scores[row] =
        total / static_cast<float>(kPlaces) + static_cast<float>(model_.dense_biases[row]) * dense_factors_[row];
  }
}

Flops DsCnnNetwork::work() {
  constexpr std::size_t kFilterTaps = 9;
  constexpr std::size_t kProducts = kPlaces * kChannels * (kTaps + DsCnnModel::kBlocks * (kFilterTaps + kChannels));
  return {2 * kProducts + (kPlaces - 1) * kChannels + 2 * DsCnnModel::kClasses * kChannels + 2 * DsCnnModel::kClasses};
}

Bytes DsCnnNetwork::parameter_bytes() const {
  constexpr std::size_t kWeights = kChannels * (kTaps + DsCnnModel::kBlocks * (9 + kChannels));
  constexpr std::size_t kLayers = 1 + 2 * DsCnnModel::kBlocks;
  constexpr std::size_t kDense = DsCnnModel::kClasses * kChannels;
  if (settings_.dtype == TinyDtype::i8) {
    return {kWeights + kDense + (kLayers * kChannels + DsCnnModel::kClasses) * 2 * sizeof(float)};
  }
  return {(kWeights + kDense + kLayers * kChannels + 2 * DsCnnModel::kClasses) * sizeof(float)};
}

}  // namespace assay
