#include "kernels/softmax_loop.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax_loop.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<float>;
using Vector = hn::VFromD<Lanes>;

// See kExpError. ln 2 is split so that k times the first part is exact: 9 bits of it, 7 of k.
HWY_INLINE Vector exp_of(Lanes lanes, Vector x) {
  const hn::RebindToSigned<Lanes> whole;
  x = hn::Max(x, hn::Set(lanes, -86.5F));
  const auto k = hn::NearestInt(hn::Mul(x, hn::Set(lanes, 1.44269504088896F)));
  const auto power = hn::ConvertTo(lanes, k);
  auto r = hn::NegMulAdd(power, hn::Set(lanes, 0.693359375F), x);
  r = hn::NegMulAdd(power, hn::Set(lanes, -2.12194440054690583e-4F), r);
  auto p = hn::Set(lanes, 1.0F / 5040);
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F / 720));
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F / 120));
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F / 24));
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F / 6));
  p = hn::MulAdd(p, r, hn::Set(lanes, 0.5F));
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F));
  p = hn::MulAdd(p, r, hn::Set(lanes, 1.0F));
  // 2^k into the exponent: x >= -86.5 keeps the result normal.
  return hn::BitCast(lanes, hn::Add(hn::BitCast(whole, p), hn::ShiftLeft<23>(k)));
}

void exp_all(const float* x, float* y, std::size_t count) {
  const Lanes lanes;
  for (std::size_t i = 0; i < count; i += hn::Lanes(lanes)) {
    hn::Store(exp_of(lanes, hn::Load(lanes, x + i)), lanes, y + i);
  }
}

HWY_INLINE void softmax_row(const float* x, float* y, std::size_t columns) {
  const Lanes lanes;
  const std::size_t n = hn::Lanes(lanes);
  auto largest = hn::Load(lanes, x);
  for (std::size_t i = n; i < columns; i += n) {
    largest = hn::Max(largest, hn::Load(lanes, x + i));
  }
  const auto shift = hn::MaxOfLanes(lanes, largest);
  auto sums = hn::Zero(lanes);
  for (std::size_t i = 0; i < columns; i += n) {
    const auto e = exp_of(lanes, hn::Sub(hn::Load(lanes, x + i), shift));
    sums = hn::Add(sums, e);
    hn::Store(e, lanes, y + i);
  }
  const auto inverse = hn::Div(hn::Set(lanes, 1.0F), hn::SumOfLanes(lanes, sums));
  for (std::size_t i = 0; i < columns; i += n) {
    hn::Store(hn::Mul(hn::Load(lanes, y + i), inverse), lanes, y + i);
  }
}

void softmax_rows(const SoftmaxRows& m) {
  for (std::size_t row = 0; row < m.rows; ++row) {
    softmax_row(m.x + row * m.columns, m.y + row * m.columns, m.columns);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(exp_all);
HWY_EXPORT(softmax_rows);

void vector_exp(std::span<const float> x, std::span<float> y) noexcept {
  HWY_DYNAMIC_DISPATCH(exp_all)(x.data(), y.data(), x.size());
}

void softmax(const SoftmaxRows& matrix) noexcept { HWY_DYNAMIC_DISPATCH(softmax_rows)(matrix); }

}  // namespace assay
#endif
