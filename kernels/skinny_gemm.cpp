#include "kernels/skinny_gemm.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/skinny_gemm.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <hwy/cache_control.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<float>;
using Vector = hn::VFromD<Lanes>;

HWY_INLINE Vector load_weights(Lanes lanes, const float* weights) { return hn::Load(lanes, weights); }

HWY_INLINE Vector load_weights(Lanes lanes, const BFloat16* weights) {
  const hn::RebindToUnsigned<Lanes> words;
  const hn::Rebind<std::uint16_t, Lanes> halves;
  static_assert(sizeof(BFloat16) == sizeof(std::uint16_t));
  const auto bits = hn::Load(halves, reinterpret_cast<const std::uint16_t*>(weights));
  return hn::BitCast(lanes, hn::ShiftLeft<16>(hn::PromoteTo(words, bits)));
}

HWY_INLINE float sum(Lanes lanes, Vector v) { return hn::GetLane(hn::SumOfLanes(lanes, v)); }

// Distance in weights to the next block of rows, 0 for the last block. Rows are short (a few KiB), so the hardware's
// prefetchers meet a new stream in each; asking for the next block while this one is multiplied took, on a Sapphire
// Rapids guest (AVX-512, medians), three layers of width 512 from 134 to 101 us with a batch of 4 and 600 MiB of bf16
// weights from 10 to 12 GB/s. Half and twice the distance gained less.
template <class Weight>
HWY_INLINE std::size_t next_block(const SkinnyGemm<Weight>& p, std::size_t row) {
  return row + kSkinnyRowStep < p.rows ? kSkinnyRowStep * p.columns : 0;
}

// The tiles below keep one accumulator an output, whatever the tile: so a result does not depend on the batch. They
// are written out because vectors of SVE cannot be elements of an array. Four rows: four streams from memory.
template <class Weight>
HWY_INLINE void tile_4x1(const SkinnyGemm<Weight>& p, std::size_t row, std::size_t s) {
  const Lanes lanes;
  const Weight* const w = p.weights + row * p.columns;
  const Weight* const next = w + next_block(p, row);
  auto y0 = hn::Zero(lanes), y1 = y0, y2 = y0, y3 = y0;
  for (std::size_t k = 0; k < p.columns; k += hn::Lanes(lanes)) {
    const auto x = hn::Load(lanes, p.inputs[s] + k);
    hwy::Prefetch(next + k), hwy::Prefetch(next + p.columns + k);
    hwy::Prefetch(next + 2 * p.columns + k), hwy::Prefetch(next + 3 * p.columns + k);
    y0 = hn::MulAdd(load_weights(lanes, w + k), x, y0);
    y1 = hn::MulAdd(load_weights(lanes, w + p.columns + k), x, y1);
    y2 = hn::MulAdd(load_weights(lanes, w + 2 * p.columns + k), x, y2);
    y3 = hn::MulAdd(load_weights(lanes, w + 3 * p.columns + k), x, y3);
  }
  float* const y = p.outputs + s * p.rows + row;
  y[0] = sum(lanes, y0), y[1] = sum(lanes, y1), y[2] = sum(lanes, y2), y[3] = sum(lanes, y3);
}

// Two rows by four vectors: 8 accumulators cover the latency of two FMA pipes and, with the operands, fit 16 registers;
// 6 loads for 8 FMAs keep the load ports below the FMA pipes.
template <class Weight>
HWY_INLINE void tile_2x4(const SkinnyGemm<Weight>& p, std::size_t row, std::size_t s) {
  const Lanes lanes;
  const Weight* const upper = p.weights + row * p.columns;
  const Weight* const lower = upper + p.columns;
  const Weight* const next = upper + next_block(p, row - row % kSkinnyRowStep);
  const float* const* const in = p.inputs + s;
  const float *const in0 = in[0], *const in1 = in[1], *const in2 = in[2], *const in3 = in[3];
  auto u0 = hn::Zero(lanes), u1 = u0, u2 = u0, u3 = u0, l0 = u0, l1 = u0, l2 = u0, l3 = u0;
  for (std::size_t k = 0; k < p.columns; k += hn::Lanes(lanes)) {
    hwy::Prefetch(next + k), hwy::Prefetch(next + p.columns + k);
    const auto u = load_weights(lanes, upper + k);
    const auto l = load_weights(lanes, lower + k);
    const auto x0 = hn::Load(lanes, in0 + k), x1 = hn::Load(lanes, in1 + k);
    u0 = hn::MulAdd(u, x0, u0), l0 = hn::MulAdd(l, x0, l0);
    u1 = hn::MulAdd(u, x1, u1), l1 = hn::MulAdd(l, x1, l1);
    const auto x2 = hn::Load(lanes, in2 + k), x3 = hn::Load(lanes, in3 + k);
    u2 = hn::MulAdd(u, x2, u2), l2 = hn::MulAdd(l, x2, l2);
    u3 = hn::MulAdd(u, x3, u3), l3 = hn::MulAdd(l, x3, l3);
  }
  float* const y = p.outputs + s * p.rows + row;
  y[0] = sum(lanes, u0), y[1] = sum(lanes, l0);
  y[p.rows] = sum(lanes, u1), y[p.rows + 1] = sum(lanes, l1);
  y[2 * p.rows] = sum(lanes, u2), y[2 * p.rows + 1] = sum(lanes, l2);
  y[3 * p.rows] = sum(lanes, u3), y[3 * p.rows + 1] = sum(lanes, l3);
}

// Four rows pass from memory into the first-level cache with the first tile; the other tiles of the batch find them
// there.
template <class Weight>
HWY_INLINE void multiply(const SkinnyGemm<Weight>& p) {
  for (std::size_t row = 0; row < p.rows; row += kSkinnyRowStep) {
    std::size_t s = 0;
    for (; s + 4 <= p.batch; s += 4) {
      tile_2x4(p, row, s);
      tile_2x4(p, row + 2, s);
    }
    for (; s < p.batch; ++s) {
      tile_4x1(p, row, s);
    }
  }
}

void multiply_f32(const SkinnyGemm<float>& p) { multiply(p); }
void multiply_bf16(const SkinnyGemm<BFloat16>& p) { multiply(p); }

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(multiply_f32);
HWY_EXPORT(multiply_bf16);

void skinny_gemm(const SkinnyGemm<float>& product) noexcept { HWY_DYNAMIC_DISPATCH(multiply_f32)(product); }
void skinny_gemm(const SkinnyGemm<BFloat16>& product) noexcept { HWY_DYNAMIC_DISPATCH(multiply_bf16)(product); }

}  // namespace assay
#endif
