#include "kernels/attention_loop.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/attention_loop.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::ScalableTag<float>;
using Vector = hn::VFromD<Lanes>;

HWY_INLINE Vector load(Lanes lanes, const float* from) { return hn::Load(lanes, from); }

HWY_INLINE Vector load(Lanes lanes, const BFloat16* from) {
  const hn::RebindToUnsigned<Lanes> words;
  const hn::Rebind<std::uint16_t, Lanes> halves;
  const auto bits = hn::Load(halves, reinterpret_cast<const std::uint16_t*>(from));
  return hn::BitCast(lanes, hn::ShiftLeft<16>(hn::PromoteTo(words, bits)));
}

// Four keys against one query: four streams from memory for the first query of a group, the first-level cache for the
// others.
template <class Element>
HWY_INLINE void score_4(const float* query, const Element* keys, std::size_t dim, float* scores) {
  const Lanes lanes;
  auto s0 = hn::Zero(lanes), s1 = s0, s2 = s0, s3 = s0;
  for (std::size_t i = 0; i < dim; i += hn::Lanes(lanes)) {
    const auto q = hn::Load(lanes, query + i);
    s0 = hn::MulAdd(q, load(lanes, keys + i), s0);
    s1 = hn::MulAdd(q, load(lanes, keys + dim + i), s1);
    s2 = hn::MulAdd(q, load(lanes, keys + 2 * dim + i), s2);
    s3 = hn::MulAdd(q, load(lanes, keys + 3 * dim + i), s3);
  }
  scores[0] = hn::GetLane(hn::SumOfLanes(lanes, s0)), scores[1] = hn::GetLane(hn::SumOfLanes(lanes, s1));
  scores[2] = hn::GetLane(hn::SumOfLanes(lanes, s2)), scores[3] = hn::GetLane(hn::SumOfLanes(lanes, s3));
}

template <class Element>
HWY_INLINE void add_4_values(const float* weights, const Element* values, std::size_t dim, float* output) {
  const Lanes lanes;
  const auto w0 = hn::Set(lanes, weights[0]), w1 = hn::Set(lanes, weights[1]);
  const auto w2 = hn::Set(lanes, weights[2]), w3 = hn::Set(lanes, weights[3]);
  for (std::size_t i = 0; i < dim; i += hn::Lanes(lanes)) {
    auto sum = hn::MulAdd(w0, load(lanes, values + i), hn::Load(lanes, output + i));
    sum = hn::MulAdd(w1, load(lanes, values + dim + i), sum);
    sum = hn::MulAdd(w2, load(lanes, values + 2 * dim + i), sum);
    hn::Store(hn::MulAdd(w3, load(lanes, values + 3 * dim + i), sum), lanes, output + i);
  }
}

template <class Element>
HWY_INLINE void attend(const AttentionStep<Element>& p) {
  const std::size_t group = p.heads / p.cache_heads;
  float* const queries = p.workspace;
  float* const scores = p.workspace + group * p.dim;
  const float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(p.dim)));
  for (std::size_t head = 0; head < p.cache_heads; ++head) {
    const Element* const keys = p.keys + head * p.context * p.dim;
    const Element* const values = p.values + head * p.context * p.dim;
    float* const outputs = p.outputs + head * group * p.dim;
    for (std::size_t i = 0; i < group * p.dim; ++i) {
      queries[i] = p.queries[head * group * p.dim + i] * scale;
      outputs[i] = 0.0F;
    }
    for (std::size_t t = 0; t < p.context; t += 4) {
      for (std::size_t g = 0; g < group; ++g) {
        score_4(queries + g * p.dim, keys + t * p.dim, p.dim, scores + g * p.context + t);
      }
    }
    softmax({.x = scores, .y = scores, .rows = group, .columns = p.context});
    for (std::size_t t = 0; t < p.context; t += 4) {
      for (std::size_t g = 0; g < group; ++g) {
        add_4_values(scores + g * p.context + t, values + t * p.dim, p.dim, outputs + g * p.dim);
      }
    }
  }
}

void attend_f32(const AttentionStep<float>& p) { attend(p); }
void attend_bf16(const AttentionStep<BFloat16>& p) { attend(p); }

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(attend_f32);
HWY_EXPORT(attend_bf16);

void attention(const AttentionStep<float>& step) noexcept { HWY_DYNAMIC_DISPATCH(attend_f32)(step); }
void attention(const AttentionStep<BFloat16>& step) noexcept { HWY_DYNAMIC_DISPATCH(attend_bf16)(step); }

}  // namespace assay
#endif
