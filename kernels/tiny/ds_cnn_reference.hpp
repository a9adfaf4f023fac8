#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kernels/tiny/tiny_models.hpp"

namespace assay {

/// The keyword network written down plainly, for references and for counting operations: it shares nothing with the
/// loops but the numbers in the file. Convolutions add a zero product for each place outside the image.
template <class Real>
class PlainDsCnn {
 public:
  explicit PlainDsCnn(const DsCnnModel& model) : model_(model) {}

  /// rows x columns x channels of the inputs; `image`: 49 x 10. `finish(sum, layer, channel)` makes an output of a sum.
  template <class Weight, class Bias, class Finish>
  std::vector<Real> features(std::vector<Real> image, Weight weight, Bias bias, Finish finish) const {
    std::vector<Real> values = first(image, weight, bias, finish);
    for (std::size_t layer = 1; layer < model_.layers.size(); layer += 2) {
      values = depthwise(values, layer, weight, bias, finish);
      values = pointwise(values, layer + 1, weight, bias, finish);
    }
    std::vector<Real> sums(values.begin(), values.begin() + DsCnnModel::kChannels);
    for (std::size_t i = DsCnnModel::kChannels; i < values.size(); ++i) {
      sums[i % DsCnnModel::kChannels] = sums[i % DsCnnModel::kChannels] + values[i];
    }
    return sums;
  }

 private:
  static constexpr int kRows = static_cast<int>(DsCnnModel::kRows);
  static constexpr int kColumns = static_cast<int>(DsCnnModel::kColumns);

  static Real at(const std::vector<Real>& values, int row, int column, std::size_t channel) {
    if (row < 0 || row >= kRows || column < 0 || column >= kColumns) {
      return Real(0);
    }
    return values[static_cast<std::size_t>(row * kColumns + column) * DsCnnModel::kChannels + channel];
  }

  template <class Weight, class Bias, class Finish>
  std::vector<Real> first(const std::vector<Real>& image, Weight weight, Bias bias, Finish finish) const {
    constexpr int kHigh = static_cast<int>(kMfccFrames);
    constexpr int kWide = static_cast<int>(kMfccCoefficients);
    std::vector<Real> out;
    for (int place = 0; place < kRows * kColumns; ++place) {
      for (std::size_t channel = 0; channel < DsCnnModel::kChannels; ++channel) {
        Real sum = bias(0, channel);
        for (int tap = 0; tap < 40; ++tap) {
          const int row = place / kColumns * 2 + tap / 4 - 4;
          const int column = place % kColumns * 2 + tap % 4 - 1;
          const bool inside = row >= 0 && row < kHigh && column >= 0 && column < kWide;
          const Real value =
              inside ? image[static_cast<std::size_t>(row) * kMfccCoefficients + static_cast<std::size_t>(column)]
                     : Real(0);
          sum = sum + value * weight(0, channel, static_cast<std::size_t>(tap));
        }
        out.push_back(finish(sum, 0, channel));
      }
    }
    return out;
  }

  template <class Weight, class Bias, class Finish>
  std::vector<Real> depthwise(const std::vector<Real>& in, std::size_t layer, Weight weight, Bias bias,
                              Finish finish) const {
    std::vector<Real> out;
    for (int place = 0; place < kRows * kColumns; ++place) {
      for (std::size_t channel = 0; channel < DsCnnModel::kChannels; ++channel) {
        Real sum = bias(layer, channel);
        for (int tap = 0; tap < 9; ++tap) {
          const Real value = at(in, place / kColumns + tap / 3 - 1, place % kColumns + tap % 3 - 1, channel);
          sum = sum + value * weight(layer, channel, static_cast<std::size_t>(tap));
        }
        out.push_back(finish(sum, layer, channel));
      }
    }
    return out;
  }

  template <class Weight, class Bias, class Finish>
  std::vector<Real> pointwise(const std::vector<Real>& in, std::size_t layer, Weight weight, Bias bias,
                              Finish finish) const {
    std::vector<Real> out;
    for (std::size_t place = 0; place < DsCnnModel::kPlaces; ++place) {
      for (std::size_t channel = 0; channel < DsCnnModel::kChannels; ++channel) {
        Real sum = bias(layer, channel);
        for (std::size_t k = 0; k < DsCnnModel::kChannels; ++k) {
          sum = sum + in[place * DsCnnModel::kChannels + k] * weight(layer, channel, k);
        }
        out.push_back(finish(sum, layer, channel));
      }
    }
    return out;
  }

  const DsCnnModel& model_;
};

/// What the 8-bit network must give, from its definition: whole numbers in double, rounded where it rounds.
[[nodiscard]] std::vector<double> reference_ds_cnn_i8(const DsCnnModel& model, std::span<const float> features);

/// The network with the same weights as numbers of Real.
template <class Real>
std::vector<Real> reference_ds_cnn_f32(const DsCnnModel& model, std::span<const float> features) {
  std::vector<Real> image;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const std::size_t k = i % kMfccCoefficients;
    image.push_back(Real((features[i] - model.mean[k]) * model.inverse_deviation[k]));
  }
  const auto row_scale = [&model](std::size_t layer, std::size_t channel) {
    return static_cast<double>(model.layers[layer].weights.scales[channel]);
  };
  const auto weight = [&](std::size_t layer, std::size_t channel, std::size_t k) {
    const TinyWeights& weights = model.layers[layer].weights;
    return Real(static_cast<float>(weights.values[channel * weights.inputs + k] * row_scale(layer, channel)));
  };
  const auto bias = [&](std::size_t layer, std::size_t channel) {
    return Real(static_cast<float>(model.layers[layer].biases[channel] *
                                   static_cast<double>(model.layers[layer].input_scale) * row_scale(layer, channel)));
  };
  const auto finish = [](const Real& sum, std::size_t /*layer*/, std::size_t /*channel*/) {
    return sum < Real(0) ? Real(0) : sum;
  };
  const std::vector<Real> sums = PlainDsCnn<Real>(model).features(std::move(image), weight, bias, finish);
  std::vector<Real> scores;
  for (std::size_t row = 0; row < DsCnnModel::kClasses; ++row) {
    Real total(0);
    for (std::size_t k = 0; k < DsCnnModel::kChannels; ++k) {
      const float value =
          static_cast<float>(model.dense.values[row * DsCnnModel::kChannels + k]) * model.dense.scales[row];
      total = total + sums[k] * Real(value);
    }
    const float offset = static_cast<float>(model.dense_biases[row]) * model.dense_factor(row);
    scores.push_back(total * Real(1.0F / static_cast<float>(DsCnnModel::kPlaces)) + Real(offset));
  }
  return scores;
}

}  // namespace assay
