#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "kernels/tiny/mfcc.hpp"

namespace assay {

/// Weights of one layer in 8 bits, rows of [outputs][inputs], each row with a scale of its own.
struct TinyWeights {
  std::size_t outputs = 0;
  std::size_t inputs = 0;  ///< of one output: the taps of a depthwise filter, else all inputs
  std::vector<std::int8_t> values;
  std::vector<float> scales;
};

/// A convolution of the keyword network with its normalisation folded in, then max(y, 0).
struct DsCnnLayer {
  TinyWeights weights;
  std::vector<std::int32_t> biases;  ///< in units of (scale of the inputs) x (scale of the row)
  float input_scale = 1.0F;
  float output_scale = 1.0F;  ///< an output q stands for q * output_scale, q in [0, 255]

  /// What turns a sum of products into an output: the nearest whole number of sum * factor(row), halves to even.
  [[nodiscard]] float factor(std::size_t row) const {
    return static_cast<float>(static_cast<double>(input_scale) * static_cast<double>(weights.scales[row]) /
                              static_cast<double>(output_scale));
  }
};

/// The DS-CNN of MLPerf Tiny's keyword spotting: a convolution of 10 x 4 with stride 2, four times a depthwise 3 x 3
/// and a pointwise convolution of 64 channels, the mean over all 25 x 5 places, a dense layer. 22,604 weights and
/// biases. Source: Banbury et al., "MLPerf Tiny Benchmark", NeurIPS Datasets and Benchmarks 2021; Zhang et al., "Hello
/// Edge", arXiv 1711.07128.
struct DsCnnModel {
  static constexpr std::size_t kChannels = 64;
  static constexpr std::size_t kRows = 25;
  static constexpr std::size_t kColumns = 5;
  static constexpr std::size_t kPlaces = kRows * kColumns;
  static constexpr std::size_t kBlocks = 4;
  static constexpr std::size_t kClasses = 12;  ///< ten digits, another word, silence

  std::uint32_t seed = 0;  ///< of its training
  std::array<float, kMfccCoefficients> mean{};
  std::array<float, kMfccCoefficients> inverse_deviation{};
  std::vector<DsCnnLayer> layers;  ///< the first, then a depthwise and a pointwise one four times
  TinyWeights dense;
  std::vector<std::int32_t> dense_biases;

  /// What the sum over all places of products, with its bias, is multiplied by.
  [[nodiscard]] float dense_factor(std::size_t row) const {
    return static_cast<float>(static_cast<double>(layers.back().output_scale) * static_cast<double>(dense.scales[row]) /
                              static_cast<double>(kPlaces));
  }
};

/// Throws std::runtime_error as tiny_payload() does.
[[nodiscard]] DsCnnModel parse_ds_cnn(std::string_view file);

/// "clean" or "robust", of share/tiny.
[[nodiscard]] DsCnnModel shipped_ds_cnn(std::string_view name);

/// A dense layer in front of two gated recurrent units and a dense layer of 32 gains: 50,512 weights and biases.
/// Gates in the order reset, update, candidate; Cho et al., arXiv 1406.1078, in the form of PyTorch's nn.GRU.
struct IsolationModel {
  static constexpr std::size_t kBands = 32;
  static constexpr std::size_t kDense = 48;
  static constexpr std::size_t kUnits = 64;

  struct Layer {
    TinyWeights weights;
    std::vector<float> biases;
  };
  std::uint32_t seed = 0;
  std::array<float, kBands> mean{};
  std::array<float, kBands> inverse_deviation{};
  /// dense; of each unit the one for its input and the one for its state; gains.
  std::array<Layer, 6> layers;
};

[[nodiscard]] IsolationModel parse_isolation(std::string_view file);
[[nodiscard]] IsolationModel shipped_isolation();

}  // namespace assay
