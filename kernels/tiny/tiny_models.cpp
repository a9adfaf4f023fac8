#include "kernels/tiny/tiny_models.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "kernels/tiny/tiny_file.hpp"

namespace assay {
namespace {

// Far above any bias that training yields. A convolution adds at most 64 products of 255 x 128 to its bias: below 2^24,
// where a float holds every whole number, as the loops need. The dense layer adds 64 of (125 x 255) x 128, in 32 bits.
constexpr int kConvolutionBits = 23;
constexpr int kDenseBits = 30;

TinyWeights weights_with_scales(TinyReader& reader, std::size_t outputs, std::size_t inputs,
                                std::vector<float> scales) {
  return {.outputs = outputs, .inputs = inputs, .values = reader.bytes(outputs * inputs), .scales = std::move(scales)};
}

std::vector<std::int32_t> biases_from(TinyReader& reader, std::size_t count, int bits) {
  std::vector<std::int32_t> biases = reader.integers(count);
  for (const std::int32_t bias : biases) {
    if (bias > (1 << bits) || bias < -(1 << bits)) {
      throw std::runtime_error(fmt::format("holds a bias beyond 2^{}", bits));
    }
  }
  return biases;
}

template <std::size_t Count>
std::array<float, Count> array_from(const std::vector<float>& values) {
  std::array<float, Count> array{};
  std::copy(values.begin(), values.end(), array.begin());
  return array;
}

DsCnnLayer convolution(TinyReader& reader, std::size_t inputs, float input_scale) {
  DsCnnLayer layer;
  layer.input_scale = input_scale;
  layer.output_scale = reader.scales(1)[0];
  std::vector<float> scales = reader.scales(DsCnnModel::kChannels);
  layer.biases = biases_from(reader, DsCnnModel::kChannels, kConvolutionBits);
  layer.weights = weights_with_scales(reader, DsCnnModel::kChannels, inputs, std::move(scales));
  return layer;
}

}  // namespace

DsCnnModel parse_ds_cnn(std::string_view file) {
  TinyReader reader(tiny_payload(file, TinyKind::ds_cnn));
  constexpr std::size_t kFirstTaps = 40;
  constexpr std::size_t kDepthwiseTaps = 9;
  DsCnnModel model;
  model.seed = reader.u32();
  model.mean = array_from<kMfccCoefficients>(reader.floats(kMfccCoefficients));
  model.inverse_deviation = array_from<kMfccCoefficients>(reader.scales(kMfccCoefficients));
  float scale = reader.scales(1)[0];
  for (std::size_t i = 0; i < 1 + 2 * DsCnnModel::kBlocks; ++i) {
    const std::size_t inputs = i == 0 ? kFirstTaps : i % 2 == 1 ? kDepthwiseTaps : DsCnnModel::kChannels;
    model.layers.push_back(convolution(reader, inputs, scale));
    scale = model.layers.back().output_scale;
  }
  std::vector<float> scales = reader.scales(DsCnnModel::kClasses);
  model.dense_biases = biases_from(reader, DsCnnModel::kClasses, kDenseBits);
  model.dense = weights_with_scales(reader, DsCnnModel::kClasses, DsCnnModel::kChannels, std::move(scales));
  reader.finish();
  return model;
}

DsCnnModel shipped_ds_cnn(std::string_view name) {
  return parse_ds_cnn(name == "robust" ? ds_cnn_robust_file() : ds_cnn_clean_file());
}

IsolationModel parse_isolation(std::string_view file) {
  using Model = IsolationModel;
  TinyReader reader(tiny_payload(file, TinyKind::isolation));
  Model model;
  model.seed = reader.u32();
  model.mean = array_from<Model::kBands>(reader.floats(Model::kBands));
  model.inverse_deviation = array_from<Model::kBands>(reader.scales(Model::kBands));
  constexpr std::size_t kGates = 3 * Model::kUnits;
  constexpr std::array<std::array<std::size_t, 2>, 6> kShapes{{{Model::kDense, Model::kBands},
                                                               {kGates, Model::kDense},
                                                               {kGates, Model::kUnits},
                                                               {kGates, Model::kUnits},
                                                               {kGates, Model::kUnits},
                                                               {Model::kBands, Model::kUnits}}};
  for (std::size_t i = 0; i < kShapes.size(); ++i) {
    const auto [outputs, inputs] = kShapes[i];
    std::vector<float> scales = reader.scales(outputs);
    model.layers[i].biases = reader.floats(outputs);
    model.layers[i].weights = weights_with_scales(reader, outputs, inputs, std::move(scales));
  }
  reader.finish();
  return model;
}

IsolationModel shipped_isolation() { return parse_isolation(isolation_file()); }

}  // namespace assay
