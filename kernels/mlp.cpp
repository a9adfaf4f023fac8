#include "kernels/mlp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"

namespace assay {
namespace {

struct Bias {
  std::span<const float> values;
  bool rectified = false;
};

// Written so that a NaN stays one and reaches the output check.
void add_bias(const Bias& bias, float* vector) {
  for (std::size_t i = 0; i < bias.values.size(); ++i) {
    const float y = vector[i] + bias.values[i];
    vector[i] = bias.rectified && y < 0.0F ? 0.0F : y;
  }
}

}  // namespace

Mlp::Mlp(Shape shape) : width_(shape.width), layers_(shape.layers) {
  if (width_ < kSkinnyColumnStep || width_ > kLargestWidth || width_ % kSkinnyColumnStep != 0 || layers_ < 1 ||
      layers_ > kMostLayers) {
    throw std::invalid_argument(
        fmt::format("mlp: width {} must be a multiple of {} up to {} and layers {} in the range from 1 to {}", width_,
                    kSkinnyColumnStep, kLargestWidth, layers_, kMostLayers));
  }
  identity_ = {.name = "mlp",
               .version = 1,
               .parameters = {{"width", std::to_string(width_)}, {"layers", std::to_string(layers_)}},
               .facts = {{"simd", simd_target()}}};
}

Bytes Mlp::traffic_of_batch(std::size_t samples) const {
  return {sizeof(float) * (layers_ * (width_ * width_ + width_) + 2 * samples * width_)};
}

Bytes Mlp::memory_per_worker() const {
  return {sizeof(float) * (layers_ * (width_ * width_ + width_) + (kSamples + 2 * kMaxBatch) * width_)};
}

void Mlp::prepare(std::uint64_t seed) {
  weights_ = Array<float>(layers_ * width_ * width_);
  biases_ = Array<float>(layers_ * width_);
  inputs_ = Array<float>(kSamples * width_);
  // Variance 2 / width keeps the activations at one size through rectified layers (He et al., ICCV 2015, section 2.2).
  const double bound = std::sqrt(6.0 / static_cast<double>(width_));
  fill_uniform(weights_.span(), {seed, 0}, {-bound, bound});
  fill_uniform(biases_.span(), {seed, 1}, {-0.1, 0.1});
  fill_uniform(inputs_.span(), {seed, 2}, {});
  for (Array<float>& activations : activations_) {
    activations = Array<float>(kMaxBatch * width_);
    std::fill(activations.span().begin(), activations.span().end(), 0.0F);
  }
}

// The layers are our own skinny_gemm(), not OpenBLAS 0.3.21. Three layers of width 512 on one core of a Sapphire Rapids
// guest (AVX-512, medians of 301, microseconds; ours / sgemm / a sgemv a vector):
//   batch 1: 98 / 98 / 99    4: 103 / 296 / 189    8: 155 / 341 / 314    16: 312 / 435 / 559    32: 663 / 637 / 1069
void Mlp::run(std::span<const std::uint32_t> samples) noexcept {
  assert(samples.size() <= kMaxBatch);
  const std::size_t batch = std::min(samples.size(), kMaxBatch);
  std::array<const float*, kMaxBatch> vectors{};
  for (std::size_t s = 0; s < batch; ++s) {
    vectors[s] = inputs_.data() + samples[s] * width_;
  }
  for (std::size_t layer = 0; layer < layers_; ++layer) {
    float* const y = activations_[(layer + 1) % 2].data();
    skinny_gemm({.weights = weights_.data() + layer * width_ * width_,
                 .rows = width_,
                 .columns = width_,
                 .inputs = vectors.data(),
                 .batch = batch,
                 .outputs = y});
    const Bias bias{.values = {biases_.data() + layer * width_, width_}, .rectified = layer + 1 < layers_};
    for (std::size_t s = 0; s < batch; ++s) {
      add_bias(bias, y + s * width_);
      vectors[s] = y + s * width_;
    }
  }
}

std::vector<double> Mlp::reference(std::uint32_t sample) const {
  const std::span<const float> input = inputs_.span().subspan(sample * width_, width_);
  std::vector<double> x(input.begin(), input.end());
  for (std::size_t layer = 0; layer < layers_; ++layer) {
    x = reference_layer<double>(weights_.span().subspan(layer * width_ * width_, width_ * width_),
                                biases_.span().subspan(layer * width_, width_), x, layer + 1 < layers_);
  }
  return x;
}

Kernel::Probe Mlp::probe(std::size_t slot) const noexcept {
  const float* const y = activations_[layers_ % 2].data() + slot * width_;
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = y[probe_position(i, width_)];
  }
  return found;
}

Kernel::Probe Mlp::reference_probe(std::uint32_t sample) const {
  const std::vector<double> y = reference(sample);
  Probe expected{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    expected[i] = static_cast<float>(y[probe_position(i, width_)]);
  }
  return expected;
}

// A layer of width n adds at most 8 sqrt(n) u sum |w||x| with the probability of gemm.cpp. With |w| of mean
// sqrt(6 / n) / 2 and |x| of mean at most 1/2 that is 8 n u sqrt(6) / 4, and the weights' variance passes the errors
// of earlier layers on at the size they have.
double Mlp::tolerance() const {
  constexpr double kUnit = static_cast<double>(std::numeric_limits<float>::epsilon()) / 2;
  return static_cast<double>(layers_) * 8 * static_cast<double>(width_) * kUnit * std::sqrt(6.0) / 4;
}

OutputCheck Mlp::verify() {
  std::array<std::uint32_t, kMaxBatch> samples{};
  std::iota(samples.begin(), samples.end(), 0U);
  OutputComparison comparison(tolerance(), output_scale());
  for (const std::size_t batch : {std::size_t{1}, kMaxBatch}) {
    run(std::span(samples).first(batch));
    for (std::size_t s = 0; s < batch; ++s) {
      const std::vector<double> expected = reference(samples[s]);
      for (std::size_t i = 0; i < width_; ++i) {
        comparison.compare(samples[s], i, expected[i], activations_[layers_ % 2].data()[s * width_ + i]);
      }
    }
  }
  return comparison.result();
}

std::unique_ptr<Kernel> make_mlp(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("mlp"), parameters);
  const std::uint64_t width = given.integer(
      "width", {.lowest = kSkinnyColumnStep, .highest = Mlp::kLargestWidth, .multiple_of = kSkinnyColumnStep});
  const std::uint64_t layers = given.integer("layers", {1, Mlp::kMostLayers});
  given.throw_if_bad();
  return std::make_unique<Mlp>(Mlp::Shape{.width = width, .layers = layers});
}

}  // namespace assay
