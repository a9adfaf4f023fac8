#include "kernels/tiny/isolation_network.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/tiny/isolation_loops.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<float, 16>;

// Relative error below 1e-6 for |x| <= 20: Taylor's polynomial of degree 6 on |r| <= ln 2 / 2 leaves 1.3e-7, the rest
// is rounding. Beyond 20 a sigmoid is 0 or 1 to 2e-9.
template <class V>
HWY_INLINE V exponential(Lanes lanes, V x) {
  const hn::RebindToSigned<Lanes> whole;
  x = hn::Min(hn::Max(x, hn::Set(lanes, -20.0F)), hn::Set(lanes, 20.0F));
  const auto k = hn::NearestInt(hn::Mul(x, hn::Set(lanes, 1.44269504088896F)));
  const auto power = hn::ConvertTo(lanes, k);
  auto r = hn::NegMulAdd(power, hn::Set(lanes, 0.693359375F), x);
  r = hn::NegMulAdd(power, hn::Set(lanes, -2.12194440054690583e-4F), r);
  auto p = hn::Set(lanes, 1.0F / 720);
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F / 120));
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F / 24));
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F / 6));
  p = hn::MulAdd(p, r, hn::Set(lanes, 0.5F));
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F));
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F));
  return hn::BitCast(lanes, hn::Add(hn::BitCast(whole, p), hn::ShiftLeft<23>(k)));
}

void sigmoid_all(float* values, std::size_t count) {
  const Lanes lanes;
  const auto one = hn::Set(lanes, 1.0F);
  for (std::size_t i = 0; i < count; i += hn::Lanes(lanes)) {
    const auto e = exponential(lanes, hn::Neg(hn::LoadU(lanes, values + i)));
    hn::StoreU(hn::Div(one, hn::Add(one, e)), lanes, values + i);
  }
}

// tanh x = 1 - 2 / (1 + e^2x).
void tanh_all(float* values, std::size_t count) {
  const Lanes lanes;
  const auto one = hn::Set(lanes, 1.0F);
  for (std::size_t i = 0; i < count; i += hn::Lanes(lanes)) {
    const auto x = hn::LoadU(lanes, values + i);
    const auto e = exponential(lanes, hn::Add(x, x));
    hn::StoreU(hn::Sub(one, hn::Div(hn::Set(lanes, 2.0F), hn::Add(one, e))), lanes, values + i);
  }
}

// Sixteen rows at a time: four sums with 4 lanes each, two with 8, one with 16; two chains hide the latency of the
// additions where there is but one sum.
template <bool Bytes>
HWY_INLINE void product(const TinyProduct& p) {
  const Lanes lanes;
  const hn::Rebind<std::int8_t, Lanes> bytes;
  const hn::RebindToSigned<Lanes> whole;
  const auto weight = [&](std::size_t at) {
    if constexpr (Bytes) {
      return hn::ConvertTo(lanes, hn::PromoteTo(whole, hn::LoadU(bytes, p.bytes + at)));
    } else {
      return hn::LoadU(lanes, p.reals + at);
    }
  };
  const std::size_t n = hn::Lanes(lanes);
  std::size_t row = 0;
  const auto finish = [&](auto sum, std::size_t at) {
    const auto bias = hn::LoadU(lanes, p.biases + at);
    if constexpr (Bytes) {
      sum = hn::MulAdd(sum, hn::LoadU(lanes, p.scales + at), bias);
    } else {
      sum = hn::Add(sum, bias);
    }
    hn::StoreU(sum, lanes, p.outputs + at);
  };
  for (; row + 4 * n <= p.rows; row += 4 * n) {
    auto a = hn::Zero(lanes), b = a, c = a, d = a;
    for (std::size_t k = 0; k < p.columns; ++k) {
      const auto x = hn::Set(lanes, p.inputs[k]);
      const std::size_t at = k * p.rows + row;
      a = hn::MulAdd(x, weight(at), a), b = hn::MulAdd(x, weight(at + n), b);
      c = hn::MulAdd(x, weight(at + 2 * n), c), d = hn::MulAdd(x, weight(at + 3 * n), d);
    }
    finish(a, row), finish(b, row + n), finish(c, row + 2 * n), finish(d, row + 3 * n);
  }
  for (; row < p.rows; row += n) {
    auto a = hn::Zero(lanes), b = a;
    for (std::size_t k = 0; k + 2 <= p.columns; k += 2) {
      a = hn::MulAdd(hn::Set(lanes, p.inputs[k]), weight(k * p.rows + row), a);
      b = hn::MulAdd(hn::Set(lanes, p.inputs[k + 1]), weight((k + 1) * p.rows + row), b);
    }
    finish(hn::Add(a, b), row);
  }
}

void product_of_bytes(const TinyProduct& p) { product<true>(p); }
void product_of_reals(const TinyProduct& p) { product<false>(p); }

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(sigmoid_all);
HWY_EXPORT(tanh_all);
HWY_EXPORT(product_of_bytes);
HWY_EXPORT(product_of_reals);

void tiny_product(const TinyProduct& product) noexcept {
  if (product.bytes != nullptr) {
    HWY_DYNAMIC_DISPATCH(product_of_bytes)(product);
  } else {
    HWY_DYNAMIC_DISPATCH(product_of_reals)(product);
  }
}
void tiny_sigmoid(std::span<float> values) noexcept { HWY_DYNAMIC_DISPATCH(sigmoid_all)(values.data(), values.size()); }
void tiny_tanh(std::span<float> values) noexcept { HWY_DYNAMIC_DISPATCH(tanh_all)(values.data(), values.size()); }

}  // namespace assay
#endif
