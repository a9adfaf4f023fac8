#include "kernels/gemm_own.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/gemm_own_loop.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A tile of C has 6 rows of two vectors: 12 accumulators hide the latency of two FMA pipes and leave the 16 registers
// of AVX2 room for two vectors of B and one element of A; 8 loads for 12 FMAs.
inline constexpr std::size_t kTileRows = 6;
static_assert(kOwnRows % kTileRows == 0);

template <class Real>
HWY_INLINE std::size_t tile_columns() {
  return 2 * hn::Lanes(hn::ScalableTag<Real>());
}

template <class Element>
HWY_INLINE auto to_real(Element value) {
  using Real = typename GemmArithmetic<Element>::Real;
  return static_cast<Real>(value);
}

// One row of a tile into C: replaced by the first block of k, added to by the others.
template <class Real>
HWY_INLINE void finish_row(hn::VFromD<hn::ScalableTag<Real>> left, hn::VFromD<hn::ScalableTag<Real>> right, Real* c,
                           bool adds) {
  const hn::ScalableTag<Real> lanes;
  const std::size_t n = hn::Lanes(lanes);
  if (adds) {
    left = hn::Add(left, hn::LoadU(lanes, c));
    right = hn::Add(right, hn::LoadU(lanes, c + n));
  }
  hn::StoreU(left, lanes, c);
  hn::StoreU(right, lanes, c + n);
}

HWY_INLINE void finish_row(hn::VFromD<hn::ScalableTag<float>> left, hn::VFromD<hn::ScalableTag<float>> right,
                           std::int32_t* c, bool adds) {
  const hn::ScalableTag<std::int32_t> whole;
  const std::size_t n = hn::Lanes(whole);
  auto l = hn::ConvertTo(whole, left);
  auto r = hn::ConvertTo(whole, right);
  if (adds) {
    l = hn::Add(l, hn::LoadU(whole, c));
    r = hn::Add(r, hn::LoadU(whole, c + n));
  }
  hn::StoreU(l, whole, c);
  hn::StoreU(r, whole, c + n);
}

template <class Out>
struct GemmTile {
  std::size_t depth;
  Out* c;
  std::size_t row_length;  ///< distance of the rows of c
  bool adds;
};

template <class Real, class Out>
HWY_INLINE void multiply_tile(const Real* HWY_RESTRICT a, const Real* HWY_RESTRICT b, const GemmTile<Out>& tile) {
  const hn::ScalableTag<Real> lanes;
  const std::size_t n = hn::Lanes(lanes);
  auto l0 = hn::Zero(lanes), l1 = l0, l2 = l0, l3 = l0, l4 = l0, l5 = l0;
  auto r0 = l0, r1 = l0, r2 = l0, r3 = l0, r4 = l0, r5 = l0;
  for (std::size_t k = 0; k < tile.depth; ++k, a += kTileRows, b += 2 * n) {
    const auto left = hn::Load(lanes, b);
    const auto right = hn::Load(lanes, b + n);
    const auto a0 = hn::Set(lanes, a[0]);
    l0 = hn::MulAdd(a0, left, l0), r0 = hn::MulAdd(a0, right, r0);
    const auto a1 = hn::Set(lanes, a[1]);
    l1 = hn::MulAdd(a1, left, l1), r1 = hn::MulAdd(a1, right, r1);
    const auto a2 = hn::Set(lanes, a[2]);
    l2 = hn::MulAdd(a2, left, l2), r2 = hn::MulAdd(a2, right, r2);
    const auto a3 = hn::Set(lanes, a[3]);
    l3 = hn::MulAdd(a3, left, l3), r3 = hn::MulAdd(a3, right, r3);
    const auto a4 = hn::Set(lanes, a[4]);
    l4 = hn::MulAdd(a4, left, l4), r4 = hn::MulAdd(a4, right, r4);
    const auto a5 = hn::Set(lanes, a[5]);
    l5 = hn::MulAdd(a5, left, l5), r5 = hn::MulAdd(a5, right, r5);
  }
  Out* const c = tile.c;
  const std::size_t row = tile.row_length;
  finish_row(l0, r0, c, tile.adds), finish_row(l1, r1, c + row, tile.adds);
  finish_row(l2, r2, c + 2 * row, tile.adds), finish_row(l3, r3, c + 3 * row, tile.adds);
  finish_row(l4, r4, c + 4 * row, tile.adds), finish_row(l5, r5, c + 5 * row, tile.adds);
}

// Panels of kTileRows rows, k by k; rows beyond the matrix are zero.
template <class Element, class Real>
HWY_INLINE void pack_a(const Element* a, std::size_t n, std::size_t rows, std::size_t depth, Real* to) {
  for (std::size_t row = 0; row < rows; row += kTileRows) {
    const std::size_t height = std::min(kTileRows, rows - row);
    for (std::size_t r = 0; r < kTileRows; ++r) {
      const Element* const from = a + (row + r) * n;
      for (std::size_t k = 0; k < depth; ++k) {
        to[k * kTileRows + r] = r < height ? to_real(from[k]) : Real{0};
      }
    }
    to += kTileRows * depth;
  }
}

// Panels of two vectors of columns, k by k; columns beyond the matrix are zero.
template <class Real, class Element>
HWY_INLINE void pack_b(const Element* b, std::size_t n, std::size_t depth, Real* to) {
  const std::size_t width = tile_columns<Real>();
  for (std::size_t column = 0; column < n; column += width) {
    const std::size_t present = std::min(width, n - column);
    for (std::size_t k = 0; k < depth; ++k, to += width) {
      const Element* const from = b + k * n + column;
      for (std::size_t i = 0; i < present; ++i) {
        to[i] = static_cast<Real>(from[i]);
      }
      std::fill(to + present, to + width, Real{0});
    }
  }
}

// A tile that reaches beyond the matrix is computed beside it and copied as far as it is inside.
template <class Real, class Out>
HWY_INLINE void multiply_edge(const Real* a, const Real* b, const GemmTile<Out>& tile, std::size_t rows,
                              std::size_t columns) {
  Out whole[kTileRows * 2 * hn::MaxLanes(hn::ScalableTag<Real>())];
  const std::size_t width = tile_columns<Real>();
  multiply_tile(a, b, GemmTile<Out>{.depth = tile.depth, .c = whole, .row_length = width, .adds = false});
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      Out& c = tile.c[row * tile.row_length + column];
      c = whole[row * width + column] + (tile.adds ? c : Out{0});
    }
  }
}

template <class Element>
HWY_INLINE void multiply(const OwnProduct<Element>& p) {
  using Real = typename OwnProduct<Element>::Real;
  using Out = typename GemmElements<Element>::C;
  const std::size_t width = tile_columns<Real>();
  for (std::size_t k = 0; k < p.n; k += kOwnDepth) {
    const std::size_t depth = std::min(kOwnDepth, p.n - k);
    pack_b<Real>(p.b + k * p.n, p.n, depth, p.panel_b);
    for (std::size_t i = 0; i < p.n; i += kOwnRows) {
      const std::size_t rows = std::min(kOwnRows, p.n - i);
      pack_a(p.a + i * p.n + k, p.n, rows, depth, p.panel_a);
      for (std::size_t j = 0; j < p.n; j += width) {
        const Real* const b = p.panel_b + j * depth;
        for (std::size_t row = 0; row < rows; row += kTileRows) {
          const Real* const a = p.panel_a + row * depth;
          const GemmTile<Out> tile{.depth = depth, .c = p.c + (i + row) * p.n + j, .row_length = p.n, .adds = k > 0};
          if (row + kTileRows <= rows && j + width <= p.n) {
            multiply_tile(a, b, tile);
          } else {
            multiply_edge(a, b, tile, std::min(kTileRows, rows - row), std::min(width, p.n - j));
          }
        }
      }
    }
  }
}

void multiply_f32(const OwnProduct<float>& p) { multiply(p); }
void multiply_f64(const OwnProduct<double>& p) { multiply(p); }
void multiply_bf16(const OwnProduct<BFloat16>& p) { multiply(p); }
void multiply_u8s8(const OwnProduct<std::uint8_t>& p) { multiply(p); }
void multiply_s8s8(const OwnProduct<std::int8_t>& p) { multiply(p); }

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(multiply_f32);
HWY_EXPORT(multiply_f64);
HWY_EXPORT(multiply_bf16);
HWY_EXPORT(multiply_u8s8);
HWY_EXPORT(multiply_s8s8);

void own_product(const OwnProduct<float>& product) noexcept { HWY_DYNAMIC_DISPATCH(multiply_f32)(product); }
void own_product(const OwnProduct<double>& product) noexcept { HWY_DYNAMIC_DISPATCH(multiply_f64)(product); }
void own_product(const OwnProduct<BFloat16>& product) noexcept { HWY_DYNAMIC_DISPATCH(multiply_bf16)(product); }
void own_product(const OwnProduct<std::uint8_t>& product) noexcept { HWY_DYNAMIC_DISPATCH(multiply_u8s8)(product); }
void own_product(const OwnProduct<std::int8_t>& product) noexcept { HWY_DYNAMIC_DISPATCH(multiply_s8s8)(product); }

}  // namespace assay
#endif
