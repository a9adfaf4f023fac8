// prepare_input() and read_input() of decode_products.hpp.
// Prepared inputs are read by the loops of decode_products.cpp: of the same instruction set.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#endif
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/llm/product_inputs.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "kernels/llm/decode_products.hpp"

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, 16>;

// x / sqrt(mean of squares + epsilon) * gain
void normalise(const ProductInput& input) {
  const Floats floats;
  const std::size_t count = input.x.size();
  const std::size_t step = hn::Lanes(floats);
  const float* const x = input.x.data();
  auto sum0 = hn::Zero(floats), sum1 = sum0;
  for (std::size_t i = 0; i < count; i += 2 * step) {
    const auto a = hn::Load(floats, x + i), b = hn::Load(floats, x + i + step);
    sum0 = hn::MulAdd(a, a, sum0);
    sum1 = hn::MulAdd(b, b, sum1);
  }
  const auto squares = static_cast<double>(hn::GetLane(hn::SumOfLanes(floats, hn::Add(sum0, sum1))));
  const auto factor =
      hn::Set(floats, static_cast<float>(1 / std::sqrt(squares / static_cast<double>(count) + input.epsilon)));
  for (std::size_t i = 0; i < count; i += step) {
    const auto scaled = hn::Mul(hn::Load(floats, x + i), factor);
    hn::Store(hn::Mul(scaled, hn::Load(floats, input.gain.data() + i)), floats, input.workspace.data() + i);
  }
}

// The even elements of two vectors, then the odd ones: as a vector of words holds bfloat16.
void store_even_and_odd(std::span<const float> x, float* to) {
  const Floats floats;
  const std::size_t step = hn::Lanes(floats);
  for (std::size_t i = 0; i < x.size(); i += 2 * step) {
    const auto low = hn::Load(floats, x.data() + i), high = hn::Load(floats, x.data() + i + step);
#if HWY_TARGET == HWY_SCALAR
    hn::Store(low, floats, to + i);
    hn::Store(high, floats, to + i + step);
#else
    hn::Store(hn::ConcatEven(floats, high, low), floats, to + i);
    hn::Store(hn::ConcatOdd(floats, high, low), floats, to + i + step);
#endif
  }
}

// Where element i of the row stands.
std::size_t place_of(std::size_t i) {
  const std::size_t step = hn::Lanes(Floats());
  const std::size_t within = i % (2 * step);
  return i - within + within / 2 + (within % 2) * step;
}

float largest(std::span<const float> x) {
  const Floats floats;
  auto most = hn::Zero(floats);
  for (std::size_t i = 0; i < x.size(); i += hn::Lanes(floats)) {
    most = hn::Max(most, hn::Abs(hn::Load(floats, x.data() + i)));
  }
  return hn::GetLane(hn::MaxOfLanes(floats, most));
}

template <class Whole>
HWY_INLINE void round_to(std::span<const float> x, float factor, Whole* to) {
  const Floats floats;
  const hn::Rebind<Whole, Floats> narrow;
  const auto by = hn::Set(floats, factor);
  for (std::size_t i = 0; i < x.size(); i += hn::Lanes(floats)) {
    const auto nearest = hn::NearestInt(hn::Mul(hn::Load(floats, x.data() + i), by));
    hn::StoreU(hn::DemoteTo(narrow, nearest), narrow, to + i);
  }
}

void round_to_halves(std::span<const float> x, float factor, std::int16_t* to) { round_to(x, factor, to); }
void round_to_bytes(std::span<const float> x, float factor, std::int8_t* to) { round_to(x, factor, to); }

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(normalise);
HWY_EXPORT(store_even_and_odd);
HWY_EXPORT(place_of);
HWY_EXPORT(largest);
HWY_EXPORT(round_to_halves);
HWY_EXPORT(round_to_bytes);

void prepare_input(const PreparedInputs& inputs, std::size_t token, WeightFormat format,
                   const ProductInput& input) noexcept {
  std::span<const float> x = input.x;
  if (!input.gain.empty()) {
    HWY_DYNAMIC_DISPATCH(normalise)(input);
    x = input.workspace.first(x.size());
  }
  std::byte* const to = inputs.data + token * inputs.stride;
  if (format == WeightFormat::bf16) {
    HWY_DYNAMIC_DISPATCH(store_even_and_odd)(x, reinterpret_cast<float*>(to));
    inputs.scales[token] = 1;
    return;
  }
  const float most = HWY_DYNAMIC_DISPATCH(largest)(x);
  inputs.scales[token] = most / 127.0F;
  const float factor = most > 0 ? 127.0F / most : 0.0F;
  if (format == WeightFormat::int4) {
    auto* const bytes = reinterpret_cast<std::int8_t*>(to);
    HWY_DYNAMIC_DISPATCH(round_to_bytes)(x, factor, bytes);
    int4_offsets({bytes, x.size()}, reinterpret_cast<std::int16_t*>(bytes + x.size()));
  } else {
    HWY_DYNAMIC_DISPATCH(round_to_halves)(x, factor, reinterpret_cast<std::int16_t*>(to));
  }
}

void read_input(const PreparedInputs& inputs, std::size_t token, WeightFormat format, std::span<double> values) {
  const std::byte* const from = inputs.data + token * inputs.stride;
  const auto scale = static_cast<double>(inputs.scales[token]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (format == WeightFormat::bf16) {
      values[i] = static_cast<double>(reinterpret_cast<const float*>(from)[HWY_DYNAMIC_DISPATCH(place_of)(i)]);
    } else if (format == WeightFormat::int4) {
      values[i] = scale * static_cast<double>(reinterpret_cast<const std::int8_t*>(from)[i]);
    } else {
      values[i] = scale * static_cast<double>(reinterpret_cast<const std::int16_t*>(from)[i]);
    }
  }
}

}  // namespace assay
#endif
