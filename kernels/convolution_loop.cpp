#include "kernels/convolution_library.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/convolution_loop.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<float>;
using Vector = hn::VFromD<Lanes>;

std::size_t panel_width() { return 2 * hn::Lanes(Lanes()); }

std::size_t packed_size(const ConvolutionShape& s) {
  const std::size_t panels = (s.channels_out + panel_width() - 1) / panel_width();
  return panels * panel_width() * s.filter * s.filter * s.channels_in;
}

void pack(const ConvolutionShape& s, const float* filters, float* packed) {
  const std::size_t width = panel_width();
  for (std::size_t first = 0; first < s.channels_out; first += width) {
    const std::size_t present = std::min(width, s.channels_out - first);
    for (std::size_t tap = 0; tap < s.filter * s.filter * s.channels_in; ++tap, packed += width) {
      std::copy_n(filters + tap * s.channels_out + first, present, packed);
      std::fill(packed + present, packed + width, 0.0F);
    }
  }
}

// Where a tile of neighbouring output pixels and two vectors of output channels reads and writes.
struct ConvolutionTile {
  const float* input;  // of the first pixel, top left tap
  const float* filters;
  float* output;
  std::size_t present;  // output channels of the two vectors that exist
};

HWY_INLINE void store(Vector left, Vector right, float* output, std::size_t present) {
  const Lanes lanes;
  const std::size_t n = hn::Lanes(lanes);
  if (present == 2 * n) {
    hn::StoreU(left, lanes, output);
    hn::StoreU(right, lanes, output + n);
    return;
  }
  HWY_ALIGN float whole[2 * hn::MaxLanes(Lanes())];
  hn::Store(left, lanes, whole);
  hn::Store(right, lanes, whole + n);
  std::copy_n(whole, present, output);
}

// As the tiles of a matrix product: 6 pixels by two vectors, see gemm_own_loop.cpp; the rows of the left matrix are
// pixels, read where they lie. kPixels: 6, 4 or 1.
template <int kPixels>
HWY_INLINE void convolve_tile(const ConvolutionShape& s, const ConvolutionTile& tile) {
  const Lanes lanes;
  const std::size_t n = hn::Lanes(lanes);
  const std::size_t step = s.channels_in;
  const float* filters = tile.filters;
  auto l0 = hn::Zero(lanes), l1 = l0, l2 = l0, l3 = l0, l4 = l0, l5 = l0;
  auto r0 = l0, r1 = l0, r2 = l0, r3 = l0, r4 = l0, r5 = l0;
  for (std::size_t y = 0; y < s.filter; ++y) {
    // The taps of one row of the filter and their channels follow each other, in the input as in the filters.
    const float* in = tile.input + y * s.input_side() * step;
    const float* const end = in + s.filter * step;
    for (; in != end; ++in, filters += 2 * n) {
      const auto left = hn::Load(lanes, filters);
      const auto right = hn::Load(lanes, filters + n);
      const auto x0 = hn::Set(lanes, in[0]);
      l0 = hn::MulAdd(x0, left, l0), r0 = hn::MulAdd(x0, right, r0);
      if constexpr (kPixels >= 4) {
        const auto x1 = hn::Set(lanes, in[step]);
        l1 = hn::MulAdd(x1, left, l1), r1 = hn::MulAdd(x1, right, r1);
        const auto x2 = hn::Set(lanes, in[2 * step]);
        l2 = hn::MulAdd(x2, left, l2), r2 = hn::MulAdd(x2, right, r2);
        const auto x3 = hn::Set(lanes, in[3 * step]);
        l3 = hn::MulAdd(x3, left, l3), r3 = hn::MulAdd(x3, right, r3);
      }
      if constexpr (kPixels == 6) {
        const auto x4 = hn::Set(lanes, in[4 * step]);
        l4 = hn::MulAdd(x4, left, l4), r4 = hn::MulAdd(x4, right, r4);
        const auto x5 = hn::Set(lanes, in[5 * step]);
        l5 = hn::MulAdd(x5, left, l5), r5 = hn::MulAdd(x5, right, r5);
      }
    }
  }
  float* const out = tile.output;
  const std::size_t pixel = s.channels_out;
  store(l0, r0, out, tile.present);
  if constexpr (kPixels >= 4) {
    store(l1, r1, out + pixel, tile.present), store(l2, r2, out + 2 * pixel, tile.present);
    store(l3, r3, out + 3 * pixel, tile.present);
  }
  if constexpr (kPixels == 6) {
    store(l4, r4, out + 4 * pixel, tile.present), store(l5, r5, out + 5 * pixel, tile.present);
  }
}

HWY_INLINE void convolve_row(const ConvolutionShape& s, ConvolutionTile tile) {
  for (std::size_t rest = s.side; rest > 0;) {
    // Eight pixels are better two fours than a six and two singles.
    const std::size_t pixels = rest >= 6 && rest != 8 ? 6 : (rest >= 4 ? 4 : 1);
    if (pixels == 6) {
      convolve_tile<6>(s, tile);
    } else if (pixels == 4) {
      convolve_tile<4>(s, tile);
    } else {
      convolve_tile<1>(s, tile);
    }
    tile.input += pixels * s.channels_in;
    tile.output += pixels * s.channels_out;
    rest -= pixels;
  }
}

void convolve_f32(const PackedConvolution& c) {
  const ConvolutionShape& s = c.shape;
  const std::size_t width = panel_width();
  const std::size_t panel = width * s.filter * s.filter * s.channels_in;
  for (std::size_t row = 0; row < s.side; ++row) {
    for (std::size_t first = 0; first < s.channels_out; first += width) {
      convolve_row(s, {.input = c.input + row * s.input_side() * s.channels_in,
                       .filters = c.filters + first / width * panel,
                       .output = c.output + row * s.side * s.channels_out + first,
                       .present = std::min(width, s.channels_out - first)});
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(packed_size);
HWY_EXPORT(pack);
HWY_EXPORT(convolve_f32);

std::size_t packed_filters_size(const ConvolutionShape& shape) noexcept {
  return HWY_DYNAMIC_DISPATCH(packed_size)(shape);
}

void pack_filters(const ConvolutionShape& shape, const float* filters, float* packed) noexcept {
  HWY_DYNAMIC_DISPATCH(pack)(shape, filters, packed);
}

void convolve(const PackedConvolution& convolution) noexcept { HWY_DYNAMIC_DISPATCH(convolve_f32)(convolution); }

}  // namespace assay
#endif
