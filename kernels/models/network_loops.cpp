#include "kernels/models/network_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/models/network_loops.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<float>;
using WholeLanes = hn::ScalableTag<std::int32_t>;

// 6 places of two vectors of channels: the 12 accumulators of gemm_own_loop.cpp.
inline constexpr std::size_t kRows = 6;
inline constexpr std::size_t kMostTaps = 49;
inline constexpr std::size_t kTileSize = kRows * 2 * hn::MaxLanes(Lanes());

/// The pixels under each tap, kRows of them a tap.
struct TapRows {
  const float* rows[kMostTaps * kRows];
};

/// A range of taps and of input channels within each.
struct Range {
  std::size_t first_tap, last_tap, first_channel, last_channel;
};

HWY_INLINE void multiply_tile(const TapRows& taps, const Range& range, const float* HWY_RESTRICT b,
                              std::size_t channels, float* HWY_RESTRICT tile) {
  const Lanes lanes;
  const std::size_t n = hn::Lanes(lanes);
  auto l0 = hn::Zero(lanes), l1 = l0, l2 = l0, l3 = l0, l4 = l0, l5 = l0;
  auto r0 = l0, r1 = l0, r2 = l0, r3 = l0, r4 = l0, r5 = l0;
  for (std::size_t tap = range.first_tap; tap < range.last_tap; ++tap) {
    const float* const* const rows = taps.rows + tap * kRows;
    const float *const p0 = rows[0], *const p1 = rows[1], *const p2 = rows[2];
    const float *const p3 = rows[3], *const p4 = rows[4], *const p5 = rows[5];
    const float* HWY_RESTRICT from = b + (tap * channels + range.first_channel) * 2 * n;
    for (std::size_t k = range.first_channel; k < range.last_channel; ++k, from += 2 * n) {
      const auto left = hn::LoadU(lanes, from);
      const auto right = hn::LoadU(lanes, from + n);
      const auto a0 = hn::Set(lanes, p0[k]);
      l0 = hn::MulAdd(a0, left, l0), r0 = hn::MulAdd(a0, right, r0);
      const auto a1 = hn::Set(lanes, p1[k]);
      l1 = hn::MulAdd(a1, left, l1), r1 = hn::MulAdd(a1, right, r1);
      const auto a2 = hn::Set(lanes, p2[k]);
      l2 = hn::MulAdd(a2, left, l2), r2 = hn::MulAdd(a2, right, r2);
      const auto a3 = hn::Set(lanes, p3[k]);
      l3 = hn::MulAdd(a3, left, l3), r3 = hn::MulAdd(a3, right, r3);
      const auto a4 = hn::Set(lanes, p4[k]);
      l4 = hn::MulAdd(a4, left, l4), r4 = hn::MulAdd(a4, right, r4);
      const auto a5 = hn::Set(lanes, p5[k]);
      l5 = hn::MulAdd(a5, left, l5), r5 = hn::MulAdd(a5, right, r5);
    }
  }
  const auto store = [&](std::size_t row, auto left, auto right) HWY_ATTR {
    hn::StoreU(left, lanes, tile + row * 2 * n);
    hn::StoreU(right, lanes, tile + row * 2 * n + n);
  };
  store(0, l0, r0), store(1, l1, r1), store(2, l2, r2), store(3, l3, r3), store(4, l4, r4), store(5, l5, r5);
}

// Sums of more products than float adds exactly, in 32-bit integers.
HWY_NOINLINE void multiply_long_tile(const TapRows& taps, std::size_t tap_count, const float* b, std::size_t channels,
                                     float* tile) {
  const Lanes lanes;
  const WholeLanes whole;
  HWY_ALIGN std::int32_t sums[kTileSize];
  const std::size_t size = kRows * 2 * hn::Lanes(lanes);
  std::fill(sums, sums + size, 0);
  const std::size_t taps_at_once = std::max<std::size_t>(1, kExactProducts / channels);
  for (std::size_t tap = 0; tap < tap_count; tap += taps_at_once) {
    for (std::size_t k = 0; k < channels; k += kExactProducts) {
      multiply_tile(taps,
                    {.first_tap = tap,
                     .last_tap = std::min(tap + taps_at_once, tap_count),
                     .first_channel = k,
                     .last_channel = std::min(k + kExactProducts, channels)},
                    b, channels, tile);
      for (std::size_t i = 0; i < size; i += hn::Lanes(lanes)) {
        const auto sum = hn::ConvertTo(whole, hn::LoadU(lanes, tile + i));
        hn::StoreU(hn::Add(sum, hn::LoadU(whole, sums + i)), whole, sums + i);
      }
    }
  }
  for (std::size_t i = 0; i < size; i += hn::Lanes(lanes)) {
    hn::StoreU(hn::ConvertTo(lanes, hn::LoadU(whole, sums + i)), lanes, tile + i);
  }
}

// Bias, scale, shortcut and limits of one vector of sums. Written so that a NaN stays one.
template <class D, class V>
HWY_INLINE V finished(D lanes, V sums, const NetworkConvolution& c, std::size_t channel, V added) {
  V y = hn::Add(sums, hn::LoadU(lanes, c.biases + channel));
  if (c.scales != nullptr) {
    y = hn::Mul(y, hn::LoadU(lanes, c.scales + channel));
  }
  y = hn::Add(y, added);
  const V low = hn::Set(lanes, c.low), high = hn::Set(lanes, c.high);
  y = hn::IfThenElse(hn::Lt(y, low), low, y);
  return hn::IfThenElse(hn::Gt(y, high), high, y);
}

// One vector into the output, whose element `at` it begins with; the last channels may fill only a part of it.
template <class D, class V>
HWY_INLINE void write_vector(D lanes, V sums, const NetworkConvolution& c, std::size_t channel, std::size_t at) {
  const hn::Rebind<std::int32_t, D> whole;
  const hn::Rebind<std::uint8_t, D> bytes;
  const std::size_t n = hn::Lanes(lanes);
  const std::size_t present = std::min(n, c.out.channels - channel);
  HWY_ALIGN float floats[hn::MaxLanes(Lanes())];
  HWY_ALIGN std::uint8_t small[hn::MaxLanes(Lanes())];
  if (present < n) {
    std::fill(floats, floats + n, 0.0F);
    std::fill(small, small + n, std::uint8_t{0});
  }
  V added = hn::Zero(lanes);
  if (c.added != nullptr) {
    if (present < n) {
      std::copy_n(c.added + at, present, floats);
    }
    added = hn::LoadU(lanes, present < n ? floats : c.added + at);
  } else if (c.added_bytes != nullptr) {
    if (present < n) {
      std::copy_n(c.added_bytes + at, present, small);
    }
    const auto wide = hn::PromoteTo(whole, hn::LoadU(bytes, present < n ? small : c.added_bytes + at));
    added = hn::ConvertTo(lanes, wide);
  }
  const V y = finished(lanes, sums, c, channel, added);
  if (c.output_bytes != nullptr) {
    const auto rounded = hn::DemoteTo(bytes, hn::NearestInt(y));
    hn::StoreU(rounded, bytes, present < n ? small : c.output_bytes + at);
    if (present < n) {
      std::copy_n(small, present, c.output_bytes + at);
    }
    return;
  }
  hn::StoreU(y, lanes, present < n ? floats : c.output + at);
  if (present < n) {
    std::copy_n(floats, present, c.output + at);
  }
}

// The pixels under the taps of kRows places from `first` on; places beyond the last repeat it.
HWY_INLINE void find_rows(const NetworkConvolution& c, std::size_t first, std::size_t places, TapRows& taps) {
  for (std::size_t r = 0; r < kRows; ++r) {
    const std::size_t place = std::min(first + r, places - 1);
    const std::size_t image = place / c.out.places();
    const std::size_t in_image = place - image * c.out.places();
    const std::size_t out_row = in_image / c.out.width;
    const std::size_t out_column = in_image - out_row * c.out.width;
    // Above and to the left of the image these wrap around to more than any size.
    const std::size_t top = out_row * c.stride.height - c.padding.height;
    const std::size_t left = out_column * c.stride.width - c.padding.width;
    const float* const pixels = c.input + image * c.in.elements();
    const float** to = taps.rows + r;
    for (std::size_t y = 0; y < c.filter.height; ++y) {
      for (std::size_t x = 0; x < c.filter.width; ++x, to += kRows) {
        const std::size_t row = top + y, column = left + x;
        const bool inside = row < c.in.height && column < c.in.width;
        *to = inside ? pixels + (row * c.in.width + column) * c.in.channels : c.zeros;
      }
    }
  }
}

void convolve(const NetworkConvolution& c) {
  const Lanes lanes;
  const std::size_t n = hn::Lanes(lanes);
  const std::size_t places = c.images * c.out.places();
  const std::size_t taps = c.filter.height * c.filter.width;
  const std::size_t depth = taps * c.in.channels;
  const bool is_long = c.scales != nullptr && depth > kExactProducts;
  // Panels that stay in the L2 while all places pass by; found from 64 KiB to 1 MiB to matter by less than 5 %.
  constexpr std::size_t kBlockBytes = std::size_t{128} * 1024;
  const std::size_t block = std::max<std::size_t>(1, kBlockBytes / (depth * 2 * n * sizeof(float))) * 2 * n;
  TapRows rows;
  HWY_ALIGN float tile[kTileSize];
  for (std::size_t begin = 0; begin < c.out.channels; begin += block) {
    const std::size_t end = std::min(begin + block, c.out.channels);
    for (std::size_t place = 0; place < places; place += kRows) {
      find_rows(c, place, places, rows);
      const std::size_t present = std::min(kRows, places - place);
      for (std::size_t channel = begin; channel < end; channel += 2 * n) {
        const float* const panel = c.filters + channel * depth;
        if (is_long) {
          multiply_long_tile(rows, taps, panel, c.in.channels, tile);
        } else {
          multiply_tile(rows, {0, taps, 0, c.in.channels}, panel, c.in.channels, tile);
        }
        for (std::size_t r = 0; r < present; ++r) {
          const std::size_t at = (place + r) * c.out.channels + channel;
          write_vector(lanes, hn::LoadU(lanes, tile + r * 2 * n), c, channel, at);
          if (channel + n < c.out.channels) {
            write_vector(lanes, hn::LoadU(lanes, tile + r * 2 * n + n), c, channel + n, at + n);
          }
        }
      }
    }
  }
}

template <class D>
HWY_INLINE void depthwise_place(D lanes, const NetworkConvolution& c, std::size_t place, const float* const* pixels) {
  const std::size_t taps = c.filter.height * c.filter.width;
  for (std::size_t channel = 0; channel < c.out.channels; channel += hn::Lanes(lanes)) {
    auto sum = hn::Zero(lanes);
    for (std::size_t tap = 0; tap < taps; ++tap) {
      const auto pixel = hn::LoadU(lanes, pixels[tap * kRows] + channel);
      sum = hn::MulAdd(pixel, hn::LoadU(lanes, c.filters + tap * c.out.channels + channel), sum);
    }
    write_vector(lanes, sum, c, channel, place * c.out.channels + channel);
  }
}

template <class D>
HWY_INLINE void depthwise(D lanes, const NetworkConvolution& c) {
  const std::size_t places = c.images * c.out.places();
  TapRows rows;
  for (std::size_t place = 0; place < places; place += kRows) {
    find_rows(c, place, places, rows);
    for (std::size_t r = 0; r < std::min(kRows, places - place); ++r) {
      depthwise_place(lanes, c, place + r, rows.rows + r);
    }
  }
}

void convolve_each_channel(const NetworkConvolution& c) {
  const Lanes widest;
  const hn::CappedTag<float, 8> narrow;
  if (c.out.channels % hn::Lanes(widest) == 0) {
    depthwise(widest, c);
  } else if (c.out.channels % hn::Lanes(narrow) == 0) {
    depthwise(narrow, c);
  } else {
    depthwise(hn::CappedTag<float, 1>(), c);
  }
}

void finish(const NetworkConvolution& c) {
  const Lanes lanes;
  for (std::size_t place = 0; place < c.images * c.out.places(); ++place) {
    for (std::size_t channel = 0; channel < c.out.channels; channel += hn::Lanes(lanes)) {
      const std::size_t at = place * c.out.channels + channel;
      HWY_ALIGN float sums[hn::MaxLanes(Lanes())] = {};
      std::copy_n(c.output + at, std::min(hn::Lanes(lanes), c.out.channels - channel), sums);
      write_vector(lanes, hn::Load(lanes, sums), c, channel, at);
    }
  }
}

void pack(const FilterShape& shape, const float* filters, float* packed) {
  const std::size_t width = 2 * hn::Lanes(Lanes());
  for (std::size_t channel = 0; channel < shape.channels; channel += width) {
    const std::size_t present = std::min(width, shape.channels - channel);
    for (std::size_t k = 0; k < shape.depth; ++k, packed += width) {
      std::copy_n(filters + k * shape.channels + channel, present, packed);
      std::fill(packed + present, packed + width, 0.0F);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(convolve);
HWY_EXPORT(convolve_each_channel);
HWY_EXPORT(finish);
HWY_EXPORT(pack);

void convolve_network(const NetworkConvolution& convolution) noexcept { HWY_DYNAMIC_DISPATCH(convolve)(convolution); }
void convolve_depthwise(const NetworkConvolution& convolution) noexcept {
  HWY_DYNAMIC_DISPATCH(convolve_each_channel)(convolution);
}
void finish_network(const NetworkConvolution& convolution) noexcept { HWY_DYNAMIC_DISPATCH(finish)(convolution); }
void pack_network_filters(const FilterShape& shape, const float* filters, float* packed) noexcept {
  HWY_DYNAMIC_DISPATCH(pack)(shape, filters, packed);
}

}  // namespace assay
#endif
