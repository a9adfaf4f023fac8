#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "harness/unavailable.hpp"
#include "harness/units.hpp"

namespace assay {

/// A convolution of one image of floats with stride 1, channels last. Input: (side + filter - 1)^2 x channels_in, a
/// border included, so that every tap falls on the input; filters: filter x filter x channels_in x channels_out;
/// output: side x side x channels_out. No bias.
struct ConvolutionShape {
  std::size_t side = 56;
  std::size_t filter = 3;  ///< 3 or 1
  std::size_t channels_in = 64;
  std::size_t channels_out = 64;

  [[nodiscard]] std::size_t input_side() const { return side + filter - 1; }
  [[nodiscard]] std::size_t input_size() const { return input_side() * input_side() * channels_in; }
  [[nodiscard]] std::size_t filters_size() const { return filter * filter * channels_in * channels_out; }
  [[nodiscard]] std::size_t output_size() const { return side * side * channels_out; }
};

/// A convolution with given filters, by one library on the calling thread alone.
class ConvolutionRoutine {
 public:
  ConvolutionRoutine() = default;
  ConvolutionRoutine(const ConvolutionRoutine&) = delete;
  ConvolutionRoutine& operator=(const ConvolutionRoutine&) = delete;
  virtual ~ConvolutionRoutine() = default;

  /// 64-byte aligned, of the shape that the routine was made for.
  virtual void convolve(const float* input, float* output) noexcept = 0;
};

struct ConvolutionLibrary {
  std::string_view name;     ///< the value of a kernel's parameter `library`
  std::string_view package;  ///< of Debian, that brings it
  /// The version and the code path for this processor, or why there is none here.
  Reading<std::string> (*offer)();
  /// Brings the filters into the library's own order. Only where it is offered; throws std::runtime_error with the
  /// library's status where it declines.
  std::unique_ptr<ConvolutionRoutine> (*routine)(const ConvolutionShape& shape, std::span<const float> filters);
};

/// oneDNN and our own code, in the order in which they are preferred where they are equal.
[[nodiscard]] std::span<const ConvolutionLibrary> convolution_libraries();

/// Throws std::invalid_argument if there is none of that name.
[[nodiscard]] const ConvolutionLibrary& convolution_library(std::string_view name);

[[nodiscard]] const ConvolutionLibrary& onednn_convolution();
[[nodiscard]] const ConvolutionLibrary& own_convolution();

/// Filters in our own order: for two vectors of output channels at a time, all taps and input channels. Channels beyond
/// the last are zero. `packed`: packed_filters_size() elements.
[[nodiscard]] std::size_t packed_filters_size(const ConvolutionShape& shape) noexcept;
void pack_filters(const ConvolutionShape& shape, const float* filters, float* packed) noexcept;

struct PackedConvolution {
  ConvolutionShape shape;
  const float* input = nullptr;
  const float* filters = nullptr;  ///< packed
  float* output = nullptr;
};
/// Work: 2 filter^2 channels_in flops an output element. Allocates nothing; one thread.
void convolve(const PackedConvolution& convolution) noexcept;

/// All channels of the output pixel at `row` and `column`, for references and for counting operations.
template <class Real>
void reference_convolution(const ConvolutionShape& shape, const float* input, const float* filters, std::size_t row,
                           std::size_t column, std::span<Real> pixel) {
  for (Real& channel : pixel) {
    channel = Real(0);
  }
  for (std::size_t y = 0; y < shape.filter; ++y) {
    for (std::size_t x = 0; x < shape.filter; ++x) {
      const float* const from = input + ((row + y) * shape.input_side() + column + x) * shape.channels_in;
      const float* const taps = filters + (y * shape.filter + x) * shape.channels_in * shape.channels_out;
      for (std::size_t in = 0; in < shape.channels_in; ++in) {
        for (std::size_t out = 0; out < shape.channels_out; ++out) {
          pixel[out] = pixel[out] + Real(from[in]) * Real(taps[in * shape.channels_out + out]);
        }
      }
    }
  }
}

}  // namespace assay
