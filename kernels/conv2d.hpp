#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "kernels/array.hpp"
#include "kernels/convolution_library.hpp"
#include "kernels/kernel.hpp"

namespace assay {

/// A dense convolution of one image in float, such as those that fill a ResNet-50 (He et al., CVPR 2016). A sample is
/// an image with its border of zeros. By oneDNN or our own code; oneDNN allocates inside a run what it needs there.
class Conv2d : public Kernel {
 public:
  static constexpr std::size_t kLargestSide = 224;
  static constexpr std::size_t kMostChannels = 1024;

  /// library: of convolution_libraries(), or "auto" for the one that is fastest on this shape, measured when it is
  /// first asked. Throws std::invalid_argument unless side and channels are in their ranges and filter is 1 or 3, and
  /// with the reason if the library is not here.
  explicit Conv2d(const ConvolutionShape& shape, std::string_view library = "auto");

  [[nodiscard]] const KernelIdentity& identity() const override { return identity_; }
  /// By the definition, two flops a tap; the taps that fall on the border are computed like the others.
  [[nodiscard]] Flops work() const override {
    return {2 * shape_.filter * shape_.filter * shape_.channels_in * shape_.output_size()};
  }
  /// Input with border and filters read, output written.
  [[nodiscard]] Bytes traffic() const override;
  [[nodiscard]] Bytes bus_traffic() const override { return traffic() + Bytes{shape_.output_size() * sizeof(float)}; }
  [[nodiscard]] Bytes memory_per_worker() const override;
  [[nodiscard]] std::size_t sample_count() const override { return kSamples; }
  void prepare(std::uint64_t seed) override;
  void run(std::span<const std::uint32_t> samples) noexcept override;
  [[nodiscard]] Probe probe(std::size_t slot) const noexcept override;
  [[nodiscard]] Probe reference_probe(std::uint32_t sample) const override;
  [[nodiscard]] double tolerance() const override;
  /// Standard deviation of an element: filter^2 channels_in products of two deviates uniform in [-1, 1).
  [[nodiscard]] double output_scale() const override;
  [[nodiscard]] OutputCheck verify() override;

 protected:
  [[nodiscard]] std::span<float> output() { return output_.span(); }

 private:
  static constexpr std::size_t kSamples = 4;

  [[nodiscard]] const float* input(std::uint32_t sample) const { return inputs_.data() + sample * shape_.input_size(); }

  ConvolutionShape shape_;
  const ConvolutionLibrary* library_ = nullptr;
  KernelIdentity identity_;
  Array<float> inputs_;  ///< kSamples images
  Array<float> filters_;
  Array<float> output_;
  std::unique_ptr<ConvolutionRoutine> routine_;
};

[[nodiscard]] std::unique_ptr<Kernel> make_conv2d(const std::map<std::string, std::string>& parameters);

}  // namespace assay
