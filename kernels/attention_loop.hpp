#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "kernels/bfloat16.hpp"
#include "kernels/skinny_gemm.hpp"
#include "kernels/softmax_loop.hpp"

namespace assay {

/// One decode step of scaled dot-product attention (Vaswani et al., NeurIPS 2017, section 3.2.1): one new token, whose
/// queries meet the keys and values of all tokens before it. heads / cache_heads queries share a head of the cache
/// (grouped-query attention; Ainslie et al., EMNLP 2023). Element: float or BFloat16, of the cache; all arithmetic is
/// float. Arrays are 64-byte aligned; dim and context multiples of kRowColumnStep.
template <class Element>
struct AttentionStep {
  std::size_t heads = 0;
  std::size_t cache_heads = 0;
  std::size_t dim = 0;
  std::size_t context = 0;
  const float* queries = nullptr;   ///< heads x dim
  const Element* keys = nullptr;    ///< cache_heads x context x dim
  const Element* values = nullptr;  ///< as the keys
  float* workspace = nullptr;       ///< attention_workspace() elements
  float* outputs = nullptr;         ///< heads x dim
};

/// Scaled queries and scores of the heads that share one of the cache.
constexpr std::size_t attention_workspace(std::size_t group, std::size_t dim, std::size_t context) {
  return group * (dim + context);
}

/// Allocates nothing; one thread.
void attention(const AttentionStep<float>& step) noexcept;
void attention(const AttentionStep<BFloat16>& step) noexcept;

/// One head, for references and for counting operations. keys, values: context x dim.
template <class Real, class Element>
std::vector<Real> reference_attention_head(std::span<const float> query, std::span<const Element> keys,
                                           std::span<const Element> values) {
  const std::size_t dim = query.size();
  const Real scale(1 / std::sqrt(static_cast<double>(dim)));
  std::vector<Real> scaled;
  for (const float q : query) {
    scaled.push_back(Real(q) * scale);
  }
  std::vector<Real> scores;
  for (std::size_t t = 0; t < keys.size() / dim; ++t) {
    scores.push_back(reference_dot<Real, Element, Real>(keys.subspan(t * dim, dim), scaled));
  }
  scores = reference_softmax(std::move(scores));
  std::vector<Real> output(dim, Real(0));
  for (std::size_t t = 0; t < scores.size(); ++t) {
    for (std::size_t i = 0; i < dim; ++i) {
      output[i] = output[i] + scores[t] * Real(static_cast<float>(values[t * dim + i]));
    }
  }
  return output;
}

/// Operations of reference_attention_head(): the scaling, two products with the cache, the softmax.
constexpr std::size_t attention_head_operations(std::size_t dim, std::size_t context) {
  return dim + 4 * dim * context + softmax_operations(context);
}

}  // namespace assay
