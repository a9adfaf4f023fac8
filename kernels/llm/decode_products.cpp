// g++ 12 would turn the sums of whole numbers of a tile into trees and delay additions, for both of which the registers
// do not suffice: a third of the speed. Before anything is included, as a function is only inlined into one of the same
// options.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-reassoc", "no-tree-ter")
#endif
#include "kernels/llm/decode_products.hpp"

// The tiles are arrays of vectors, which those of SVE cannot be: such processors run the loops of NEON.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#endif
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/llm/decode_products.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <hwy/cache_control.h>

#include <algorithm>

#include "kernels/llm/decode_tile.hpp"

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, 16>;
using FloatVector = hn::VFromD<Floats>;
HWY_INLINE float total(FloatVector v) { return hn::GetLane(hn::SumOfLanes(Floats(), v)); }

// One token: 1 KiB ahead in each of two panels, with which a core of a Zen 3 guest read all three formats at 20 GB/s,
// what a loop that only loads reaches in one stream (20 to 22); without, and in one panel, 12 to 18. Several: the same
// place of the next panel, as its rows come in pairs.
constexpr std::size_t kAhead = 1024;

template <std::size_t kRows, std::size_t kTokens>
HWY_INLINE void prefetch(const DecodeTile& t, std::size_t index) {
  for (std::size_t r = 0; r < kRows; ++r) {
    hwy::Prefetch(kTokens == 1 ? t.chunk(index, r) + kAhead : t.chunk(index + t.chunks, r));
  }
}

// Two weights of 16 bits lie in a word: the even ones of a vector of words, then the odd ones, as prepare_input() has
// ordered the inputs. That is one instruction a vector instead of two.
template <std::size_t kRows, std::size_t kTokens>
HWY_INLINE void bf16_tile(const DecodeTile& t) {
  const Floats floats;
  const hn::RebindToUnsigned<Floats> words;
  constexpr std::size_t kStep = hn::MaxLanes(Floats());
  constexpr std::size_t kColumns = kChunkBytes / sizeof(std::uint16_t);
  const auto odd_mask = hn::Set(words, 0xFFFF0000U);
  FloatVector sums[kRows][kTokens];
  for (auto& row : sums) {
    for (auto& sum : row) {
      sum = hn::Zero(floats);
    }
  }
  for (std::size_t c = 0; c < t.chunks; ++c) {
    prefetch<kRows, kTokens>(t, c);
    for (std::size_t k = 0; k < kColumns; k += 2 * kStep) {
      FloatVector x_even[kTokens], x_odd[kTokens];
      for (std::size_t s = 0; s < kTokens; ++s) {
        const auto* const x = reinterpret_cast<const float*>(t.inputs + s * t.input_stride) + c * kColumns + k;
        x_even[s] = hn::Load(floats, x);
        x_odd[s] = hn::Load(floats, x + kStep);
      }
      for (std::size_t r = 0; r < kRows; ++r) {
        const auto pair = hn::Load(words, reinterpret_cast<const std::uint32_t*>(t.chunk(c, r)) + k / 2);
        const auto even = hn::BitCast(floats, hn::ShiftLeft<16>(pair));
        const auto odd = hn::BitCast(floats, hn::And(pair, odd_mask));
        for (std::size_t s = 0; s < kTokens; ++s) {
          sums[r][s] = hn::MulAdd(even, x_even[s], sums[r][s]);
        }
        for (std::size_t s = 0; s < kTokens; ++s) {
          sums[r][s] = hn::MulAdd(odd, x_odd[s], sums[r][s]);
        }
      }
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t s = 0; s < kTokens; ++s) {
      t.outputs[s * t.output_stride + t.place(r)] = total(sums[r][s]);
    }
  }
}

#if HWY_TARGET == HWY_SCALAR
template <std::size_t kRows, std::size_t kTokens>
void int8_tile(const DecodeTile& t) {
  portable_int8_tile(t, kRows, kTokens);
}
template <std::size_t kRows, std::size_t kTokens>
void int4_tile(const DecodeTile& t) {
  portable_int4_tile(t, kRows, kTokens);
}
void fill_offsets(const std::int8_t* /*x*/, std::size_t /*columns*/, std::int16_t* /*offsets*/) {}
#else
using Bytes8 = hn::CappedTag<std::uint8_t, 64>;
using Signed8 = hn::RebindToSigned<Bytes8>;
using Halves = hn::Repartition<std::int16_t, Bytes8>;
using HalfVector = hn::VFromD<Halves>;
using Whole = hn::Repartition<std::int32_t, Bytes8>;
using WholeVector = hn::VFromD<Whole>;
using GroupFloats = hn::Repartition<float, Bytes8>;

// Loads once what several products use: g++ 12 would rather load it again for each. Clang 14 does not, and refuses the
// statement for some of the targets.
HWY_INLINE void hold(HalfVector& v) {
#if HWY_ARCH_X86 && !HWY_COMPILER_CLANG
  asm("" : "+v"(v.raw));
#else
  (void)v;
#endif
}

// Adds the products of pairs, to `sum` and, where the instruction set has them apart, to `more`.
HWY_INLINE WholeVector add_pairs(HalfVector a, HalfVector b, WholeVector sum, WholeVector& more) {
#if HWY_TARGET == HWY_AVX3_DL
  (void)more;
  return WholeVector{_mm512_dpwssd_epi32(sum.raw, a.raw, b.raw)};
#else
  return hn::ReorderWidenMulAccumulate(Whole(), a, b, sum, more);
#endif
}

// Adds products of 0 to 15 and signed bytes in 16 bits: pairs of neighbours on x86, bytes half a vector apart on
// others.
HWY_INLINE HalfVector add_products(hn::VFromD<Bytes8> small, hn::VFromD<Signed8> x, HalfVector sum) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  return hn::Add(sum, HalfVector{_mm512_maddubs_epi16(small.raw, x.raw)});
#elif HWY_TARGET == HWY_AVX2
  return hn::Add(sum, HalfVector{_mm256_maddubs_epi16(small.raw, x.raw)});
#elif HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_SSE4
  return hn::Add(sum, HalfVector{_mm_maddubs_epi16(small.raw, x.raw)});
#elif HWY_TARGET == HWY_NEON
  const int8x16_t s = vreinterpretq_s8_u8(small.raw);
  const int16x8_t low = vmlal_s8(sum.raw, vget_low_s8(s), vget_low_s8(x.raw));
  return HalfVector(vmlal_s8(low, vget_high_s8(s), vget_high_s8(x.raw)));
#else
  const Halves halves;
  const hn::Half<Bytes8> half;
  const hn::Half<Signed8> signed_half;
  const auto low =
      hn::Mul(hn::PromoteTo(halves, hn::LowerHalf(half, small)), hn::PromoteTo(halves, hn::LowerHalf(signed_half, x)));
  const auto high =
      hn::Mul(hn::PromoteTo(halves, hn::UpperHalf(half, small)), hn::PromoteTo(halves, hn::UpperHalf(signed_half, x)));
  return hn::Add(sum, hn::Add(low, high));
#endif
}

HWY_INLINE hn::VFromD<GroupFloats> widened(HalfVector sum) {
  const Whole whole;
  auto more = hn::Zero(whole);
  const auto pairs = hn::ReorderWidenMulAccumulate(whole, sum, hn::Set(Halves(), 1), hn::Zero(whole), more);
  return hn::ConvertTo(GroupFloats(), hn::Add(pairs, more));
}

// Inputs in 16 bits, so that one multiply-add takes pairs as they are; weights are widened once for all tokens. Sums of
// 2^15 products of 127 x 127 fit 32 bits.
template <std::size_t kRows, std::size_t kTokens>
HWY_INLINE void int8_tile(const DecodeTile& t) {
  const Halves halves;
  const hn::Rebind<std::int8_t, Halves> bytes;
  const Whole whole;
  constexpr std::size_t kStep = hn::MaxLanes(Halves());
  WholeVector sums[kRows][kTokens], more[kRows][kTokens];
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t s = 0; s < kTokens; ++s) {
      sums[r][s] = more[r][s] = hn::Zero(whole);
    }
  }
  for (std::size_t c = 0; c < t.chunks; ++c) {
    prefetch<kRows, kTokens>(t, c);
    for (std::size_t k = 0; k < kChunkBytes; k += kStep) {
      HalfVector w[kRows];
      for (std::size_t r = 0; r < kRows; ++r) {
        w[r] = hn::PromoteTo(halves, hn::Load(bytes, reinterpret_cast<const std::int8_t*>(t.chunk(c, r)) + k));
      }
      for (std::size_t s = 0; s < kTokens; ++s) {
        const auto* const x = reinterpret_cast<const std::int16_t*>(t.inputs + s * t.input_stride);
        auto input = hn::Load(halves, x + c * kChunkBytes + k);
        hold(input);
        for (std::size_t r = 0; r < kRows; ++r) {
          sums[r][s] = add_pairs(w[r], input, sums[r][s], more[r][s]);
        }
      }
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t s = 0; s < kTokens; ++s) {
      const auto sum = hn::GetLane(hn::SumOfLanes(whole, hn::Add(sums[r][s], more[r][s])));
      t.outputs[s * t.output_stride + t.place(r)] =
          static_cast<float>(sum) * (t.scales[t.place(r)] * t.input_scales[s]);
    }
  }
}

// A group of a row is unpacked into registers and serves all tokens. The sums of a group start at what the offset of 8
// adds too much, which prepare_input() has left behind the input; they are exact in 16 bits (and may wrap in between).
template <std::size_t kRows, std::size_t kTokens>
HWY_INLINE void int4_tile(const DecodeTile& t) {
  const Bytes8 bytes;
  const Signed8 signed_bytes;
  const GroupFloats group_floats;
  const Halves halves;
  constexpr std::size_t kStep = hn::MaxLanes(Bytes8());
  constexpr std::size_t kHalf = kWeightGroup / 2;
  constexpr std::size_t kLoads = kHalf / kStep;
  const auto low_mask = hn::Set(bytes, std::uint8_t{15});
  hn::VFromD<GroupFloats> sums[kRows][kTokens];
  for (auto& row : sums) {
    for (auto& sum : row) {
      sum = hn::Zero(group_floats);
    }
  }
  for (std::size_t g = 0; g < t.chunks; ++g) {
    prefetch<kRows, kTokens>(t, g);
    for (std::size_t r = 0; r < kRows; ++r) {
      hn::VFromD<Bytes8> low[kLoads], high[kLoads];
      const auto* const w = reinterpret_cast<const std::uint8_t*>(t.chunk(g, r));
      for (std::size_t i = 0; i < kLoads; ++i) {
        const auto both = hn::Load(bytes, w + i * kStep);
        low[i] = hn::And(both, low_mask);
        high[i] = hn::ShiftRight<4>(both);
      }
      const auto scale = hn::Set(group_floats, t.scales[t.place(r) * t.row_scales + g]);
      for (std::size_t s = 0; s < kTokens; ++s) {
        const auto* const token = reinterpret_cast<const std::int8_t*>(t.inputs + s * t.input_stride);
        const auto* const x = token + g * kWeightGroup;
        const auto* const offsets = reinterpret_cast<const std::int16_t*>(token + t.columns);
        auto sum = hn::Load(halves, offsets + g * hn::Lanes(halves));
        for (std::size_t i = 0; i < kLoads; ++i) {
          sum = add_products(low[i], hn::Load(signed_bytes, x + i * kStep), sum);
          sum = add_products(high[i], hn::Load(signed_bytes, x + kHalf + i * kStep), sum);
        }
        sums[r][s] = hn::MulAdd(widened(sum), scale, sums[r][s]);
      }
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t s = 0; s < kTokens; ++s) {
      t.outputs[s * t.output_stride + t.place(r)] =
          hn::GetLane(hn::SumOfLanes(group_floats, sums[r][s])) * t.input_scales[s];
    }
  }
}

// For each group and lane: less 8 times the inputs that a product will add up in that lane.
void fill_offsets(const std::int8_t* x, std::size_t columns, std::int16_t* offsets) {
  const Halves halves;
  const Signed8 signed_bytes;
  const auto eight = hn::Set(Bytes8(), std::uint8_t{8});
  for (std::size_t g = 0; g < columns / kWeightGroup; ++g) {
    auto sum = hn::Zero(halves);
    for (std::size_t i = 0; i < kWeightGroup; i += hn::Lanes(signed_bytes)) {
      sum = add_products(eight, hn::Load(signed_bytes, x + g * kWeightGroup + i), sum);
    }
    hn::Store(hn::Neg(sum), halves, offsets + g * hn::Lanes(halves));
  }
}
#endif  // HWY_SCALAR

template <WeightFormat kFormat, std::size_t kRows, std::size_t kTokens>
HWY_INLINE void tile(const DecodeTile& t) {
  if constexpr (kFormat == WeightFormat::bf16) {
    bf16_tile<kRows, kTokens>(t);
  } else if constexpr (kFormat == WeightFormat::int8) {
    int8_tile<kRows, kTokens>(t);
  } else {
    int4_tile<kRows, kTokens>(t);
  }
}

HWY_INLINE DecodeTile tile_at(const ProductBlock& p, std::size_t row, std::size_t token, std::size_t far_rows = 0) {
  const WeightMatrix& m = *p.matrix;
  const std::size_t at = p.first_row + row;
  return {.weights = m.chunk(at, 0),
          .scales = m.scales + at * m.row_scales(),
          .row_scales = m.row_scales(),
          .columns = m.columns,
          .chunks = m.row_bytes() / kChunkBytes,
          .inputs = p.inputs.data + token * p.inputs.stride,
          .input_scales = p.inputs.scales + token,
          .input_stride = p.inputs.stride,
          .outputs = p.outputs + token * p.output_stride + row,
          .output_stride = p.output_stride,
          .far_rows = far_rows,
          .far_bytes = far_rows * m.row_bytes()};
}

template <WeightFormat kFormat, std::size_t kRows, std::size_t kTokens>
HWY_INLINE void rows_of_tiles(const ProductBlock& p, std::size_t first, std::size_t end, std::size_t token) {
  for (std::size_t row = first; row < end; row += kRows) {
    tile<kFormat, kRows, kTokens>(tile_at(p, row, token));
  }
}

// Rows of a tile of one token and of several. int4 keeps a group of one row in registers for all tokens; the inputs of
// bf16 are the widest and pass through the cache once for four rows.
template <WeightFormat kFormat>
struct Shape {
  static constexpr std::size_t kAlone = 4;
  static constexpr std::size_t kRows = kFormat == WeightFormat::bf16 ? 4 : (kFormat == WeightFormat::int4 ? 1 : 2);
  static constexpr std::size_t kTokens = 8 / kRows;
};

// A panel and the tokens from `token` to before `last`.
template <WeightFormat kFormat>
HWY_INLINE void multiply_panel(const ProductBlock& p, std::size_t row, std::size_t token, std::size_t last) {
  using S = Shape<kFormat>;
  const std::size_t end = row + kPanelRows;
  for (; token + S::kTokens <= last; token += S::kTokens) {
    rows_of_tiles<kFormat, S::kRows, S::kTokens>(p, row, end, token);
  }
  if constexpr (S::kTokens > 4) {
    for (; token + 4 <= last; token += 4) {
      rows_of_tiles<kFormat, S::kRows, 4>(p, row, end, token);
    }
  }
  for (; token < last; ++token) {
    rows_of_tiles<kFormat, S::kAlone, 1>(p, row, end, token);
  }
}

// One token reads two halves of the block at the same time. Up to eight pass through a panel while it comes from
// memory. Of more a group goes through the whole block, so that its inputs stay in the first-level cache.
template <WeightFormat kFormat>
HWY_INLINE void multiply(const ProductBlock& p) {
  if (p.tokens == 1 && p.rows % (2 * kPanelRows) == 0) {
    const WeightMatrix& m = *p.matrix;
    const std::byte* const next = m.chunk(p.first_row + p.rows, 0) + p.rows / 2 * m.row_bytes();
    for (std::size_t line = 0; line < kAhead; line += kChunkBytes) {
      hwy::Prefetch(next + line);  // where the second half of the next block will begin
    }
    for (std::size_t row = 0; row < p.rows / 2; row += kPanelRows) {
      tile<kFormat, 2 * kPanelRows, 1>(tile_at(p, row, 0, p.rows / 2));
    }
    return;
  }
  constexpr std::size_t kFew = 8;
  constexpr std::size_t kGroup = kFormat == WeightFormat::bf16 ? 4 : 8;
  const std::size_t group = p.tokens <= kFew ? kFew : kGroup;
  for (std::size_t first = 0; first < p.tokens; first += group) {
    const std::size_t last = std::min(p.tokens, first + group);
    for (std::size_t row = 0; row < p.rows; row += kPanelRows) {
      multiply_panel<kFormat>(p, row, first, last);
    }
  }
}

void multiply_bf16(const ProductBlock& p) { multiply<WeightFormat::bf16>(p); }
void multiply_int8(const ProductBlock& p) { multiply<WeightFormat::int8>(p); }
void multiply_int4(const ProductBlock& p) { multiply<WeightFormat::int4>(p); }

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(multiply_bf16);
HWY_EXPORT(multiply_int8);
HWY_EXPORT(multiply_int4);
HWY_EXPORT(fill_offsets);

void int4_offsets(std::span<const std::int8_t> x, std::int16_t* offsets) noexcept {
  HWY_DYNAMIC_DISPATCH(fill_offsets)(x.data(), x.size(), offsets);
}

void multiply_block(const ProductBlock& block) noexcept {
  switch (block.matrix->format) {
    case WeightFormat::bf16:
      HWY_DYNAMIC_DISPATCH(multiply_bf16)(block);
      break;
    case WeightFormat::int4:
      HWY_DYNAMIC_DISPATCH(multiply_int4)(block);
      break;
    case WeightFormat::fp8:
    case WeightFormat::int8:
      HWY_DYNAMIC_DISPATCH(multiply_int8)(block);
      break;
  }
}

}  // namespace assay
#endif
