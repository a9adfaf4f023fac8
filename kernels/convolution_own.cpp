#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "kernels/array.hpp"
#include "kernels/convolution_library.hpp"
#include "kernels/simd_target.hpp"

namespace assay {
namespace {

class OwnConvolution final : public ConvolutionRoutine {
 public:
  OwnConvolution(const ConvolutionShape& shape, std::span<const float> filters)
      : shape_(shape), filters_(packed_filters_size(shape)) {
    pack_filters(shape, filters.data(), filters_.data());
  }

  void convolve(const float* input, float* output) noexcept override {
    assay::convolve({.shape = shape_, .input = input, .filters = filters_.data(), .output = output});
  }

 private:
  ConvolutionShape shape_;
  Array<float> filters_;
};

Reading<std::string> offer() { return "own code, " + simd_target(); }

std::unique_ptr<ConvolutionRoutine> routine(const ConvolutionShape& shape, std::span<const float> filters) {
  return std::make_unique<OwnConvolution>(shape, filters);
}

}  // namespace

const ConvolutionLibrary& own_convolution() {
  static const ConvolutionLibrary library{"own", "", offer, routine};
  return library;
}

std::span<const ConvolutionLibrary> convolution_libraries() {
  static const std::array libraries{onednn_convolution(), own_convolution()};
  return libraries;
}

const ConvolutionLibrary& convolution_library(std::string_view name) {
  for (const ConvolutionLibrary& library : convolution_libraries()) {
    if (library.name == name) {
      return library;
    }
  }
  throw std::invalid_argument(fmt::format("there is no library '{}' of convolutions", name));
}

}  // namespace assay
