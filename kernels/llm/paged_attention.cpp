// paged_attention() of kv_cache.hpp.
// Vectors of SVE cannot be elements of an array: such processors run the loops of NEON.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#endif
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/llm/paged_attention.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/llm/kv_cache.hpp"
#include "kernels/llm/swiglu.hpp"

HWY_BEFORE_NAMESPACE();
namespace assay {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::CappedTag<float, 16>;
using FloatVector = hn::VFromD<Floats>;
static_assert(kPageTokens == 16, "a page is a whole number of vectors");

HWY_INLINE FloatVector load(Floats floats, const std::uint16_t* from) {
  const hn::RebindToUnsigned<Floats> words;
  const hn::Rebind<std::uint16_t, Floats> halves;
  return hn::BitCast(floats, hn::ShiftLeft<16>(hn::PromoteTo(words, hn::LoadU(halves, from))));
}

HWY_INLINE FloatVector load(Floats floats, const std::int8_t* from) {
  const hn::RebindToSigned<Floats> whole;
  const hn::Rebind<std::int8_t, Floats> bytes;
  return hn::ConvertTo(floats, hn::PromoteTo(whole, hn::LoadU(bytes, from)));
}

// Element type, and the scales of the tokens of a page where there are any.
struct Page {
  const void* keys = nullptr;
  const void* values = nullptr;
  const float* key_scales = nullptr;
  const float* value_scales = nullptr;
  std::size_t tokens = 0;  // in use
};

// Queries against all tokens of the page: a key is widened once for all of them, and the sums are enough to keep two
// multiply-adds a cycle under way.
template <class Element, std::size_t kQueries>
HWY_INLINE void score(const PagedAttention& p, const Page& page, std::size_t g) {
  const Floats floats;
  constexpr std::size_t kVectors = kPageTokens / hn::MaxLanes(Floats());
  constexpr std::size_t kStep = hn::MaxLanes(Floats());
  const auto* const keys = static_cast<const Element*>(page.keys);
  const float* const q = p.queries + g * p.block.dim;
  FloatVector sums[kQueries][kVectors];
  for (auto& of_query : sums) {
    for (auto& sum : of_query) {
      sum = hn::Zero(floats);
    }
  }
  for (std::size_t i = 0; i < p.block.dim; ++i) {
    FloatVector key[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) {
      key[v] = load(floats, keys + i * kPageTokens + v * kStep);
    }
    for (std::size_t j = 0; j < kQueries; ++j) {
      const auto element = hn::Set(floats, q[j * p.block.dim + i]);
      for (std::size_t v = 0; v < kVectors; ++v) {
        sums[j][v] = hn::MulAdd(element, key[v], sums[j][v]);
      }
    }
  }
  const auto root = hn::Set(floats, static_cast<float>(1 / std::sqrt(static_cast<double>(p.block.dim))));
  for (std::size_t v = 0; v < kVectors; ++v) {
    const auto by = page.key_scales == nullptr ? root : hn::Mul(root, hn::LoadU(floats, page.key_scales + v * kStep));
    for (std::size_t j = 0; j < kQueries; ++j) {
      hn::StoreU(hn::Mul(sums[j][v], by), floats, p.workspace + (g + j) * kPageTokens + v * kStep);
    }
  }
}

template <class Element>
HWY_INLINE void scores(const PagedAttention& p, const Page& page) {
  std::size_t g = 0;
  for (; g + 4 <= p.group; g += 4) {
    score<Element, 4>(p, page, g);
  }
  for (; g < p.group; ++g) {
    score<Element, 1>(p, page, g);
  }
}

// Turns the scores of a query into weights relative to the largest so far; returns what the earlier ones shrink by.
HWY_INLINE float weigh(const Page& page, float* scores, float& most, float& sum) {
  const Floats floats;
  const std::size_t step = hn::Lanes(floats);
  for (std::size_t t = page.tokens; t < kPageTokens; ++t) {
    scores[t] = std::numeric_limits<float>::lowest();
  }
  auto largest = hn::LoadU(floats, scores);
  for (std::size_t t = step; t < kPageTokens; t += step) {
    largest = hn::Max(largest, hn::LoadU(floats, scores + t));
  }
  const float now = std::max(most, hn::GetLane(hn::MaxOfLanes(floats, largest)));
  const float shrink = sum == 0.0F ? 0.0F : hn::GetLane(hn::Exp(floats, hn::Set(floats, most - now)));
  auto total = hn::Zero(floats);
  for (std::size_t t = 0; t < kPageTokens; t += step) {
    const auto score = hn::LoadU(floats, scores + t);
    const auto weight = hn::Exp(floats, hn::Sub(score, hn::Set(floats, now)));
    const auto seen = hn::IfThenElseZero(hn::Gt(score, hn::Set(floats, std::numeric_limits<float>::lowest())), weight);
    total = hn::Add(total, seen);
    const auto scaled = page.value_scales == nullptr ? seen : hn::Mul(seen, hn::LoadU(floats, page.value_scales + t));
    hn::StoreU(scaled, floats, scores + t);
  }
  sum = sum * shrink + hn::GetLane(hn::SumOfLanes(floats, total));
  most = now;
  return shrink;
}

// shrink: of each query. Two vectors of elements at once, as the sums of one would wait for each other.
template <class Element, std::size_t kQueries>
HWY_INLINE void add_values(const PagedAttention& p, const Page& page, std::size_t g, const float* shrink) {
  const Floats floats;
  constexpr std::size_t kVectors = 2;
  constexpr std::size_t kStep = hn::MaxLanes(Floats());
  const auto* const values = static_cast<const Element*>(page.values);
  const float* const w = p.workspace + g * kPageTokens;
  for (std::size_t i = 0; i < p.block.dim; i += kVectors * kStep) {
    float* const to = p.outputs + g * p.block.dim + i;
    FloatVector sums[kQueries][kVectors];
    for (std::size_t j = 0; j < kQueries; ++j) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        sums[j][v] = hn::Mul(hn::Load(floats, to + j * p.block.dim + v * kStep), hn::Set(floats, shrink[j]));
      }
    }
    for (std::size_t t = 0; t < page.tokens; ++t) {
      FloatVector value[kVectors];
      for (std::size_t v = 0; v < kVectors; ++v) {
        value[v] = load(floats, values + t * p.block.dim + i + v * kStep);
      }
      for (std::size_t j = 0; j < kQueries; ++j) {
        const auto weight = hn::Set(floats, w[j * kPageTokens + t]);
        for (std::size_t v = 0; v < kVectors; ++v) {
          sums[j][v] = hn::MulAdd(weight, value[v], sums[j][v]);
        }
      }
    }
    for (std::size_t j = 0; j < kQueries; ++j) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        hn::Store(sums[j][v], floats, to + j * p.block.dim + v * kStep);
      }
    }
  }
}

template <class Element>
HWY_INLINE void attend_page(const PagedAttention& p, const Page& page) {
  float* const most = p.workspace + p.group * kPageTokens;
  float* const sums = most + p.group;
  scores<Element>(p, page);
  std::size_t g = 0;
  for (; g < p.group; g += 4) {
    float shrink[4] = {};
    const std::size_t queries = std::min<std::size_t>(4, p.group - g);
    for (std::size_t i = 0; i < queries; ++i) {
      shrink[i] = weigh(page, p.workspace + (g + i) * kPageTokens, most[g + i], sums[g + i]);
    }
    if (queries == 4) {
      add_values<Element, 4>(p, page, g, shrink);
    } else {
      for (std::size_t i = 0; i < queries; ++i) {
        add_values<Element, 1>(p, page, g + i, shrink + i);
      }
    }
  }
}

void attend(const PagedAttention& p) {
  const std::size_t outputs = p.group * p.block.dim;
  std::fill_n(p.outputs, outputs, 0.0F);
  float* const most = p.workspace + p.group * kPageTokens;
  float* const sums = most + p.group;
  std::fill_n(most, p.group, std::numeric_limits<float>::lowest());
  std::fill_n(sums, p.group, 0.0F);
  for (std::size_t first = 0; first < p.tokens; first += kPageTokens) {
    const std::byte* const at = p.cache + p.pages[first / kPageTokens] * p.page_stride;
    Page page{.keys = at,
              .values = at + p.block.plane_bytes(),
              .tokens = std::min<std::size_t>(kPageTokens, p.tokens - first)};
    if (p.block.format == KvFormat::bf16) {
      attend_page<std::uint16_t>(p, page);
    } else {
      page.key_scales = reinterpret_cast<const float*>(at + 2 * p.block.plane_bytes());
      page.value_scales = page.key_scales + kPageTokens;
      attend_page<std::int8_t>(p, page);
    }
  }
  for (std::size_t g = 0; g < p.group; ++g) {
    const float factor = 1 / sums[g];
    for (std::size_t i = 0; i < p.block.dim; ++i) {
      p.outputs[g * p.block.dim + i] *= factor;
    }
  }
}

void gate(const SwigluRow& row) {
  const Floats floats;
  const auto one = hn::Set(floats, 1.0F);
  std::size_t i = 0;
  for (; i + hn::Lanes(floats) <= row.count; i += hn::Lanes(floats)) {
    FloatVector gates = one, ups = one;
    hn::LoadInterleaved2(floats, row.pairs + 2 * i, gates, ups);
    const auto sigmoid = hn::Div(one, hn::Add(one, hn::Exp(floats, hn::Neg(gates))));
    hn::StoreU(hn::Mul(hn::Mul(gates, sigmoid), ups), floats, row.outputs + i);
  }
  for (; i < row.count; ++i) {
    const auto g = hn::Set(floats, row.pairs[2 * i]);
    const auto sigmoid = hn::Div(one, hn::Add(one, hn::Exp(floats, hn::Neg(g))));
    row.outputs[i] = hn::GetLane(hn::Mul(hn::Mul(g, sigmoid), hn::Set(floats, row.pairs[2 * i + 1])));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace assay
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace assay {

HWY_EXPORT(attend);
HWY_EXPORT(gate);

void paged_attention(const PagedAttention& step) noexcept { HWY_DYNAMIC_DISPATCH(attend)(step); }
void swiglu(const SwigluRow& row) noexcept { HWY_DYNAMIC_DISPATCH(gate)(row); }

}  // namespace assay
#endif
