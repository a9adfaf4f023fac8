#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/array.hpp"
#include "kernels/kernel.hpp"
#include "kernels/skinny_gemm.hpp"

namespace assay {

/// A multilayer perceptron in float: each layer is y = W x + b, all but the last followed by max(y, 0). Small enough
/// for thousands of queries in a few seconds and a real model nonetheless, in which a batch reads the weights once. A
/// sample is an input vector.
class Mlp : public Kernel {
 public:
  static constexpr std::size_t kMaxBatch = 32;
  static constexpr std::size_t kLargestWidth = 8192;
  static constexpr std::size_t kMostLayers = 64;

  struct Shape {
    std::size_t width = 512;  ///< of the input and of every layer
    std::size_t layers = 3;
  };
  /// Throws std::invalid_argument unless width is a multiple of kSkinnyColumnStep up to kLargestWidth and layers is in
  /// [1, kMostLayers].
  explicit Mlp(Shape shape);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  /// A multiplication and an addition a weight, an addition a bias; max(y, 0) compares and is not counted.
  [[nodiscard]] Flops work() const override { return {layers_ * (2 * width_ * width_ + width_)}; }
  [[nodiscard]] Bytes traffic() const override { return traffic_of_batch(1); }
  /// Weights and biases once, each input read and each output written; what passes between layers stays in cache.
  [[nodiscard]] Bytes traffic_of_batch(std::size_t samples) const override;
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  [[nodiscard]] std::size_t max_batch() const override { return kMaxBatch; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  /// kMaxBatch vectors, filled from the front.
  [[nodiscard]] std::span<float> output() { return activations_[layers_ % 2].span(); }

 private:
  static constexpr std::size_t kSamples = 64;

  [[nodiscard]] std::vector<double> reference(std::uint32_t sample) const;

  std::size_t width_;
  std::size_t layers_;
  KernelIdentity identity_;
  Array<float> weights_;         ///< a width x width matrix a layer
  Array<float> biases_;          ///< a vector a layer
  Array<float> inputs_;          ///< kSamples vectors
  Array<float> activations_[2];  ///< layer l reads [l % 2] and writes [(l + 1) % 2], kMaxBatch vectors each
};

/// One layer for one vector, for references and for counting operations.
template <class Real>
std::vector<Real> reference_layer(std::span<const float> weights, std::span<const float> biases,
                                  std::span<const Real> x, bool rectified) {
  std::vector<Real> y;
  y.reserve(x.size());
  for (std::size_t row = 0; row < x.size(); ++row) {
    const Real sum = reference_dot<Real>(weights.subspan(row * x.size(), x.size()), x) + Real(biases[row]);
    y.push_back(rectified && sum < Real(0) ? Real(0) : sum);
  }
  return y;
}

[[nodiscard]] std::unique_ptr<Kernel> make_mlp(const std::map<std::string, std::string>& parameters);

}  // namespace assay
