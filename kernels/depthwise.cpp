#include "kernels/depthwise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "kernels/image_border.hpp"
#include "kernels/input_values.hpp"
#include "kernels/kernel_parameters.hpp"
#include "kernels/output_comparison.hpp"
#include "kernels/simd_target.hpp"

namespace assay {

Depthwise::Depthwise(Shape shape) : shape_(shape) {
  if (shape.side < 1 || shape.side > kLargestSide || shape.channels < kChannelStep || shape.channels > kMostChannels ||
      shape.channels % kChannelStep != 0) {
    throw std::invalid_argument(
        fmt::format("depthwise: side {} must be in the range from 1 to {} and channels {} a multiple of {} up to {}",
                    shape.side, kLargestSide, shape.channels, kChannelStep, kMostChannels));
  }
  identity_ = {.name = "depthwise",
               .version = 1,
               .parameters = {{"side", std::to_string(shape.side)}, {"channels", std::to_string(shape.channels)}},
               .facts = {{"simd", simd_target()}}};
}

Bytes Depthwise::traffic() const { return {(input_size() + 9 * shape_.channels + output_size()) * sizeof(float)}; }

Bytes Depthwise::memory_per_worker() const {
  return {(kSamples * input_size() + 9 * shape_.channels + output_size()) * sizeof(float)};
}

void Depthwise::prepare(std::uint64_t seed) {
  inputs_ = Array<float>(kSamples * input_size());
  filters_ = Array<float>(9 * shape_.channels);
  output_ = Array<float>(output_size());
  fill_uniform(inputs_.span(), {seed, 0}, {});
  for (std::size_t sample = 0; sample < kSamples; ++sample) {
    clear_border(inputs_.span().subspan(sample * input_size(), input_size()), shape_.side + 2, shape_.channels);
  }
  fill_uniform(filters_.span(), {seed, 1}, {});
  std::fill(output_.span().begin(), output_.span().end(), 0.0F);
}

DepthwiseConvolution Depthwise::convolution(std::uint32_t sample) const {
  return {.height = shape_.side,
          .width = shape_.side,
          .channels = shape_.channels,
          .input = inputs_.data() + sample * input_size(),
          .filters = filters_.data()};
}

void Depthwise::run(std::span<const std::uint32_t> samples) noexcept {
  DepthwiseConvolution convolution = this->convolution(samples[0]);
  convolution.output = output_.data();
  depthwise(convolution);
}

Kernel::Probe Depthwise::probe(std::size_t /*slot*/) const noexcept {
  Probe found{};
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    found[i] = output_.data()[probe_position(i, output_size())];
  }
  return found;
}

Kernel::Probe Depthwise::reference_probe(std::uint32_t sample) const {
  Probe expected{};
  std::vector<double> pixel(shape_.channels);
  for (std::size_t i = 0; i < kProbeSize; ++i) {
    const std::size_t at = probe_position(i, output_size());
    const std::size_t place = at / shape_.channels;
    reference_depthwise<double>(convolution(sample), place / shape_.side, place % shape_.side, pixel);
    expected[i] = static_cast<float>(pixel[at % shape_.channels]);
  }
  return expected;
}

// Nine products and additions err by at most 9 u sum |w||x| (Higham, Accuracy and Stability, 2002, section 3.1), where
// the sum is below 9: 81 u, u = 2^-24; a probe rounds once more.
double Depthwise::tolerance() const { return 82 * 0x1.0p-24; }

OutputCheck Depthwise::verify() {
  const std::uint32_t sample = 0;
  run({&sample, 1});
  OutputComparison comparison(tolerance(), output_scale());
  std::vector<double> pixel(shape_.channels);
  for (std::size_t place = 0; place < shape_.side * shape_.side; ++place) {
    reference_depthwise<double>(convolution(sample), place / shape_.side, place % shape_.side, pixel);
    for (std::size_t channel = 0; channel < shape_.channels; ++channel) {
      const std::size_t at = place * shape_.channels + channel;
      comparison.compare(sample, at, pixel[channel], output_.data()[at]);
    }
  }
  return comparison.result();
}

std::unique_ptr<Kernel> make_depthwise(const std::map<std::string, std::string>& parameters) {
  KernelParameters given(*find_kernel("depthwise"), parameters);
  const std::uint64_t side = given.integer("side", {1, Depthwise::kLargestSide});
  const std::uint64_t channels = given.integer("channels", {kChannelStep, Depthwise::kMostChannels, kChannelStep});
  given.throw_if_bad();
  return std::make_unique<Depthwise>(Depthwise::Shape{.side = side, .channels = channels});
}

}  // namespace assay
