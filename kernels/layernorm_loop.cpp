#include "kernels/layernorm_loop.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/layernorm_loop.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Two sums hide the latency of an addition; rows are a multiple of 64 elements, two vectors of up to 1024 bits.
HWY_INLINE void normalise_row(const LayerNormRows& m, const float* x, float* y) {
  const HWY_CAPPED(float, 32) lanes;
  const std::size_t n = hn::Lanes(lanes);
  const auto count = hn::Set(lanes, static_cast<float>(m.columns));
  auto s0 = hn::Zero(lanes), s1 = s0;
  for (std::size_t i = 0; i < m.columns; i += 2 * n) {
    s0 = hn::Add(s0, hn::Load(lanes, x + i));
    s1 = hn::Add(s1, hn::Load(lanes, x + i + n));
  }
  const auto mean = hn::Div(hn::SumOfLanes(lanes, hn::Add(s0, s1)), count);
  auto q0 = hn::Zero(lanes), q1 = q0;
  for (std::size_t i = 0; i < m.columns; i += 2 * n) {
    const auto d0 = hn::Sub(hn::Load(lanes, x + i), mean);
    const auto d1 = hn::Sub(hn::Load(lanes, x + i + n), mean);
    q0 = hn::MulAdd(d0, d0, q0), q1 = hn::MulAdd(d1, d1, q1);
  }
  const auto variance = hn::Div(hn::SumOfLanes(lanes, hn::Add(q0, q1)), count);
  const auto inverse = hn::Div(hn::Set(lanes, 1.0F), hn::Sqrt(hn::Add(variance, hn::Set(lanes, kLayerNormEpsilon))));
  for (std::size_t i = 0; i < m.columns; i += n) {
    const auto normal = hn::Mul(hn::Sub(hn::Load(lanes, x + i), mean), inverse);
    hn::Store(hn::MulAdd(normal, hn::Load(lanes, m.gain + i), hn::Load(lanes, m.shift + i)), lanes, y + i);
  }
}

void normalise_rows(const LayerNormRows& m) {
  for (std::size_t row = 0; row < m.rows; ++row) {
    normalise_row(m, m.x + row * m.columns, m.y + row * m.columns);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(normalise_rows);

void layer_norm(const LayerNormRows& matrix) noexcept { HWY_DYNAMIC_DISPATCH(normalise_rows)(matrix); }

}  // namespace assay
#endif
