#include "kernels/depthwise_loop.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/depthwise_loop.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One vector of channels along a row of the output. The nine filters stay in registers; two pixels at a time make two
// chains of additions and share four of their six columns.
template <class D>
HWY_INLINE void convolve_row(D lanes, const DepthwiseConvolution& c, std::size_t row, std::size_t channel) {
  const float* const f = c.filters + channel;
  const std::size_t step = c.channels;
  const auto f0 = hn::LoadU(lanes, f), f1 = hn::LoadU(lanes, f + step), f2 = hn::LoadU(lanes, f + 2 * step);
  const auto f3 = hn::LoadU(lanes, f + 3 * step), f4 = hn::LoadU(lanes, f + 4 * step);
  const auto f5 = hn::LoadU(lanes, f + 5 * step), f6 = hn::LoadU(lanes, f + 6 * step);
  const auto f7 = hn::LoadU(lanes, f + 7 * step), f8 = hn::LoadU(lanes, f + 8 * step);
  const std::size_t line = (c.width + 2) * step;
  const float* top = c.input + row * line + channel;
  float* out = c.output + row * c.width * step + channel;
  std::size_t column = 0;
  for (; column + 2 <= c.width; column += 2, top += 2 * step, out += 2 * step) {
    const float *const middle = top + line, *const bottom = middle + line;
    auto in = hn::LoadU(lanes, top + step);
    auto left = hn::Mul(f0, hn::LoadU(lanes, top));
    left = hn::MulAdd(f1, in, left);
    auto right = hn::Mul(f0, in);
    in = hn::LoadU(lanes, top + 2 * step);
    left = hn::MulAdd(f2, in, left), right = hn::MulAdd(f1, in, right);
    right = hn::MulAdd(f2, hn::LoadU(lanes, top + 3 * step), right);
    left = hn::MulAdd(f3, hn::LoadU(lanes, middle), left);
    in = hn::LoadU(lanes, middle + step);
    left = hn::MulAdd(f4, in, left), right = hn::MulAdd(f3, in, right);
    in = hn::LoadU(lanes, middle + 2 * step);
    left = hn::MulAdd(f5, in, left), right = hn::MulAdd(f4, in, right);
    right = hn::MulAdd(f5, hn::LoadU(lanes, middle + 3 * step), right);
    left = hn::MulAdd(f6, hn::LoadU(lanes, bottom), left);
    in = hn::LoadU(lanes, bottom + step);
    left = hn::MulAdd(f7, in, left), right = hn::MulAdd(f6, in, right);
    in = hn::LoadU(lanes, bottom + 2 * step);
    left = hn::MulAdd(f8, in, left), right = hn::MulAdd(f7, in, right);
    right = hn::MulAdd(f8, hn::LoadU(lanes, bottom + 3 * step), right);
    hn::StoreU(left, lanes, out);
    hn::StoreU(right, lanes, out + step);
  }
  if (column < c.width) {
    const float *const middle = top + line, *const bottom = middle + line;
    auto sum = hn::Mul(f0, hn::LoadU(lanes, top));
    sum = hn::MulAdd(f1, hn::LoadU(lanes, top + step), sum);
    sum = hn::MulAdd(f2, hn::LoadU(lanes, top + 2 * step), sum);
    sum = hn::MulAdd(f3, hn::LoadU(lanes, middle), sum);
    sum = hn::MulAdd(f4, hn::LoadU(lanes, middle + step), sum);
    sum = hn::MulAdd(f5, hn::LoadU(lanes, middle + 2 * step), sum);
    sum = hn::MulAdd(f6, hn::LoadU(lanes, bottom), sum);
    sum = hn::MulAdd(f7, hn::LoadU(lanes, bottom + step), sum);
    sum = hn::MulAdd(f8, hn::LoadU(lanes, bottom + 2 * step), sum);
    hn::StoreU(sum, lanes, out);
  }
}

template <class D>
HWY_INLINE void convolve(D lanes, const DepthwiseConvolution& c) {
  for (std::size_t row = 0; row < c.height; ++row) {
    for (std::size_t channel = 0; channel < c.channels; channel += hn::Lanes(lanes)) {
      convolve_row(lanes, c, row, channel);
    }
  }
}

void convolve_f32(const DepthwiseConvolution& c) {
  const hn::ScalableTag<float> widest;
  if (c.channels % hn::Lanes(widest) == 0) {
    convolve(widest, c);
  } else {
    convolve(hn::CappedTag<float, kChannelStep>(), c);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(convolve_f32);

void depthwise(const DepthwiseConvolution& convolution) noexcept { HWY_DYNAMIC_DISPATCH(convolve_f32)(convolution); }

}  // namespace assay
#endif
