#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "kernels/array.hpp"
#include "kernels/depthwise_loop.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// A depthwise convolution of 3 x 3 in float: the memory-bound half of the separable convolutions of mobile networks
/// (Howard et al., arXiv 1704.04861). A sample is an image with its border of one pixel.
class Depthwise : public Kernel {
 public:
  static constexpr std::size_t kLargestSide = 512;
  static constexpr std::size_t kMostChannels = 2048;

  struct Shape {
    std::size_t side = 112;  ///< height and width of the output
    std::size_t channels = 32;
  };
  /// Throws std::invalid_argument unless side is in [1, kLargestSide] and channels a multiple of kChannelStep up to
  /// kMostChannels.
  explicit Depthwise(Shape shape);

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  /// The taps that fall on the border are computed like the others.
  [[nodiscard]] Flops work() const override { return {18 * output_size()}; }
  /// Input with border and filters read, output written.
  [[nodiscard]] Bytes traffic() const override;
  [[nodiscard]] Bytes bus_traffic() const override { return traffic() + Bytes{output_size() * sizeof(float)}; }
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  /// Standard deviation of an element: 9 products of two deviates uniform in [-1, 1).
  [[nodiscard]] double output_scale() const override { return 1.0; }
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<float> output() { return output_.span(); }

 private:
  static constexpr std::size_t kSamples = 4;

  [[nodiscard]] std::size_t input_size() const { return (shape_.side + 2) * (shape_.side + 2) * shape_.channels; }
  [[nodiscard]] std::size_t output_size() const { return shape_.side * shape_.side * shape_.channels; }
  [[nodiscard]] DepthwiseConvolution convolution(std::uint32_t sample) const;

  Shape shape_;
  KernelIdentity identity_;
  Array<float> inputs_;  ///< kSamples images
  Array<float> filters_;
  Array<float> output_;
};

[[nodiscard]] std::unique_ptr<Kernel> make_depthwise(const std::map<std::string, std::string>& parameters);

}  // namespace assay
