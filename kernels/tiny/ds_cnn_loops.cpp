#include "kernels/tiny/ds_cnn_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tiny/ds_cnn_loops.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kChannels = 64;
constexpr std::size_t kRows = 25;
constexpr std::size_t kPlacesOfARow = 5;

// Two vectors of these are never more than the 64 channels.
using Sums = hn::CappedTag<std::int32_t, 32>;
using Reals = hn::CappedTag<float, 32>;
using Shorts = hn::Repartition<std::int16_t, Sums>;
using HalfShorts = hn::Rebind<std::int16_t, Sums>;

#if HWY_TARGET != HWY_SCALAR
// The sum of the products of each pair of neighbours, added to `sum`.
template <class VS, class V>
HWY_INLINE VS add_pairs(Sums lanes, VS sum, V a, V b) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_EMU128
  auto unused = hn::Zero(lanes);
  return hn::ReorderWidenMulAccumulate(lanes, a, b, sum, unused);  // pmaddwd
#else
  const auto first = [&](V v) { return hn::ShiftRight<16>(hn::ShiftLeft<16>(hn::BitCast(lanes, v))); };
  const auto second = [&](V v) { return hn::ShiftRight<16>(hn::BitCast(lanes, v)); };
  return hn::Add(sum, hn::Add(hn::Mul(first(a), first(b)), hn::Mul(second(a), second(b))));
#endif
}
#endif

// An int32 sum of a convolution is exact in float: it is below 2^24.
template <class V>
HWY_INLINE void store_quantised(Sums lanes, V sum, const std::int32_t* bias, const float* factor, std::int16_t* out) {
  const Reals reals;
  const auto total = hn::ConvertTo(reals, hn::Add(sum, hn::LoadU(lanes, bias)));
  const auto scaled = hn::Mul(total, hn::LoadU(reals, factor));
  const auto clamped = hn::Min(hn::Max(scaled, hn::Zero(reals)), hn::Set(reals, 255.0F));
  hn::StoreU(hn::DemoteTo(HalfShorts(), hn::NearestInt(clamped)), HalfShorts(), out);
}

#if HWY_TARGET == HWY_SCALAR
// One lane holds no pair.
HWY_INLINE void products_of_row(const ProductsI8& p, const std::int16_t* in, std::int16_t* out, std::size_t channel) {
  for (std::size_t i = 0; i < kPlacesOfARow * 2; ++i) {
    const std::size_t at = channel + i % 2;
    const std::int16_t* const inputs = in + i / 2 * p.depth;
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < p.depth; ++k) {
      sum += inputs[k] * p.weights[(k / 2 * kChannels + at) * 2 + k % 2];
    }
    store_quantised(Sums(), hn::Set(Sums(), sum), p.biases + at, p.factors + at, out + i / 2 * kChannels + at);
  }
}
#else
// Five places times two vectors of channels: ten sums, which with two weights and an input fit in 16 registers.
HWY_INLINE void products_of_row(const ProductsI8& p, const std::int16_t* in, std::int16_t* out, std::size_t channel) {
  const Sums lanes;
  const Shorts shorts;
  const hn::Rebind<std::int8_t, Shorts> bytes;
  const std::size_t n = hn::Lanes(lanes);
  auto a0 = hn::Zero(lanes), a1 = a0, a2 = a0, a3 = a0, a4 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, b4 = a0;
  const std::int8_t* weights = p.weights + 2 * channel;
  const auto pair = [&](const std::int16_t* from) {
    std::int32_t both = 0;
    std::memcpy(&both, from, sizeof both);
    return hn::BitCast(shorts, hn::Set(lanes, both));
  };
  for (std::size_t k = 0; k < p.depth; k += 2, weights += 2 * kChannels) {
    const auto w0 = hn::PromoteTo(shorts, hn::LoadU(bytes, weights));
    const auto w1 = hn::PromoteTo(shorts, hn::LoadU(bytes, weights + 2 * n));
    auto x = pair(in + k);
    a0 = add_pairs(lanes, a0, x, w0), b0 = add_pairs(lanes, b0, x, w1);
    x = pair(in + p.depth + k);
    a1 = add_pairs(lanes, a1, x, w0), b1 = add_pairs(lanes, b1, x, w1);
    x = pair(in + 2 * p.depth + k);
    a2 = add_pairs(lanes, a2, x, w0), b2 = add_pairs(lanes, b2, x, w1);
    x = pair(in + 3 * p.depth + k);
    a3 = add_pairs(lanes, a3, x, w0), b3 = add_pairs(lanes, b3, x, w1);
    x = pair(in + 4 * p.depth + k);
    a4 = add_pairs(lanes, a4, x, w0), b4 = add_pairs(lanes, b4, x, w1);
  }
  const auto store = [&](auto first, auto second, std::size_t place) {
    store_quantised(lanes, first, p.biases + channel, p.factors + channel, out + place * kChannels + channel);
    const std::size_t next = channel + n;
    store_quantised(lanes, second, p.biases + next, p.factors + next, out + place * kChannels + next);
  };
  store(a0, b0, 0), store(a1, b1, 1), store(a2, b2, 2), store(a3, b3, 3), store(a4, b4, 4);
}
#endif

HWY_INLINE void products_of_row(const ProductsF32& p, const float* in, float* out, std::size_t channel) {
  const Reals lanes;
  const std::size_t n = hn::Lanes(lanes);
  const auto bias = hn::LoadU(lanes, p.biases + channel), next = hn::LoadU(lanes, p.biases + channel + n);
  auto a0 = bias, a1 = bias, a2 = bias, a3 = bias, a4 = bias, b0 = next, b1 = next, b2 = next, b3 = next, b4 = next;
  const float* weights = p.weights + channel;
  for (std::size_t k = 0; k < p.depth; ++k, weights += kChannels) {
    const auto w0 = hn::LoadU(lanes, weights), w1 = hn::LoadU(lanes, weights + n);
    auto x = hn::Set(lanes, in[k]);
    a0 = hn::MulAdd(x, w0, a0), b0 = hn::MulAdd(x, w1, b0);
    x = hn::Set(lanes, in[p.depth + k]);
    a1 = hn::MulAdd(x, w0, a1), b1 = hn::MulAdd(x, w1, b1);
    x = hn::Set(lanes, in[2 * p.depth + k]);
    a2 = hn::MulAdd(x, w0, a2), b2 = hn::MulAdd(x, w1, b2);
    x = hn::Set(lanes, in[3 * p.depth + k]);
    a3 = hn::MulAdd(x, w0, a3), b3 = hn::MulAdd(x, w1, b3);
    x = hn::Set(lanes, in[4 * p.depth + k]);
    a4 = hn::MulAdd(x, w0, a4), b4 = hn::MulAdd(x, w1, b4);
  }
  const auto store = [&](auto first, auto second, std::size_t place) {
    const auto zero = hn::Zero(lanes);
    hn::StoreU(hn::Max(first, zero), lanes, out + place * kChannels + channel);
    hn::StoreU(hn::Max(second, zero), lanes, out + place * kChannels + channel + n);
  };
  store(a0, b0, 0), store(a1, b1, 1), store(a2, b2, 2), store(a3, b3, 3), store(a4, b4, 4);
}

template <class Products>
HWY_INLINE void all_products(const Products& p, std::size_t step) {
  for (std::size_t channel = 0; channel < kChannels; channel += step) {
    for (std::size_t row = 0; row < kRows; ++row) {
      products_of_row(p, p.inputs + row * kPlacesOfARow * p.depth, p.outputs + row * p.output_step, channel);
    }
  }
}

void products_i8(const ProductsI8& p) { all_products(p, 2 * hn::Lanes(Sums())); }
void products_f32(const ProductsF32& p) { all_products(p, 2 * hn::Lanes(Reals())); }

constexpr std::size_t kGridStep = (kPlacesOfARow + 2) * kChannels;  // a row of the bordered inputs

void filters_i8(const FiltersI8& f) {
  const Sums lanes;
  const HalfShorts shorts;
  const hn::Rebind<std::int8_t, Sums> bytes;
  for (std::size_t channel = 0; channel < kChannels; channel += hn::Lanes(lanes)) {
    const auto weight = [&](std::size_t tap) {
      return hn::PromoteTo(lanes, hn::LoadU(bytes, f.weights + tap * kChannels + channel));
    };
    const auto w0 = weight(0), w1 = weight(1), w2 = weight(2), w3 = weight(3), w4 = weight(4), w5 = weight(5);
    const auto w6 = weight(6), w7 = weight(7), w8 = weight(8);
    for (std::size_t place = 0; place < kRows * kPlacesOfARow; ++place) {
      const std::int16_t* const at =
          f.inputs + place / kPlacesOfARow * kGridStep + place % kPlacesOfARow * kChannels + channel;
      const auto product = [&](auto w, std::size_t offset) {
        return hn::Mul(w, hn::PromoteTo(lanes, hn::LoadU(shorts, at + offset)));
      };
      auto sum = hn::Add(product(w0, 0), product(w1, kChannels));
      sum = hn::Add(sum, product(w2, 2 * kChannels));
      sum = hn::Add(sum, hn::Add(product(w3, kGridStep), product(w4, kGridStep + kChannels)));
      sum = hn::Add(sum, product(w5, kGridStep + 2 * kChannels));
      sum = hn::Add(sum, hn::Add(product(w6, 2 * kGridStep), product(w7, 2 * kGridStep + kChannels)));
      sum = hn::Add(sum, product(w8, 2 * kGridStep + 2 * kChannels));
      store_quantised(lanes, sum, f.biases + channel, f.factors + channel, f.outputs + place * kChannels + channel);
    }
  }
}

void filters_f32(const FiltersF32& f) {
  const Reals lanes;
  for (std::size_t channel = 0; channel < kChannels; channel += hn::Lanes(lanes)) {
    const auto weight = [&](std::size_t tap) { return hn::LoadU(lanes, f.weights + tap * kChannels + channel); };
    const auto w0 = weight(0), w1 = weight(1), w2 = weight(2), w3 = weight(3), w4 = weight(4), w5 = weight(5);
    const auto w6 = weight(6), w7 = weight(7), w8 = weight(8), bias = hn::LoadU(lanes, f.biases + channel);
    for (std::size_t place = 0; place < kRows * kPlacesOfARow; ++place) {
      const float* const at =
          f.inputs + place / kPlacesOfARow * kGridStep + place % kPlacesOfARow * kChannels + channel;
      const auto add = [&](auto w, std::size_t offset, auto sum) {
        return hn::MulAdd(w, hn::LoadU(lanes, at + offset), sum);
      };
      auto sum = add(w0, 0, bias);
      sum = add(w1, kChannels, sum);
      sum = add(w2, 2 * kChannels, sum);
      sum = add(w3, kGridStep, sum);
      sum = add(w4, kGridStep + kChannels, sum);
      sum = add(w5, kGridStep + 2 * kChannels, sum);
      sum = add(w6, 2 * kGridStep, sum);
      sum = add(w7, 2 * kGridStep + kChannels, sum);
      sum = add(w8, 2 * kGridStep + 2 * kChannels, sum);
      hn::StoreU(hn::Max(sum, hn::Zero(lanes)), lanes, f.outputs + place * kChannels + channel);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(products_i8);
HWY_EXPORT(products_f32);
HWY_EXPORT(filters_i8);
HWY_EXPORT(filters_f32);

DsCnnLoops ds_cnn_vector_loops() {
  return {.products_i8 =
              [](const ProductsI8& p) noexcept {
                HWY_DYNAMIC_DISPATCH(products_i8)
                (p);
              },
          .filters_i8 =
              [](const FiltersI8& f) noexcept {
                HWY_DYNAMIC_DISPATCH(filters_i8)
                (f);
              },
          .products_f32 =
              [](const ProductsF32& p) noexcept {
                HWY_DYNAMIC_DISPATCH(products_f32)
                (p);
              },
          .filters_f32 =
              [](const FiltersF32& f) noexcept {
                HWY_DYNAMIC_DISPATCH(filters_f32)
                (f);
              }};
}

}  // namespace assay
#endif
