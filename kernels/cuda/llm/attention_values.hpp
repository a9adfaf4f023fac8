#pragma once

#include <cstdint>

#include "kernels/cuda/llm/both_sides.hpp"
#include "kernels/cuda/llm/weight_values.hpp"

#ifndef __CUDACC__
#include <cmath>
#endif

namespace assay::cuda {

inline constexpr std::uint32_t kTokensPerPage = 16;

/// Where a token of a page stands among the 16 rows of a matrix instruction. A thread of a quad holds columns 2 q,
/// 2 q + 1, 2 q + 8 and 2 q + 9 of an operand; with the tokens in this order those are tokens 4 q to 4 q + 3, which lie
/// next to each other in a row of V.
ASSAY_BOTH_SIDES std::uint32_t row_of_token(std::uint32_t token) {
  const std::uint32_t within = token % 4U;
  return (within < 2U ? 0U : 8U) + 2U * (token / 4U) + within % 2U;
}
ASSAY_BOTH_SIDES std::uint32_t token_of_row(std::uint32_t row) {
  const std::uint32_t half = row % 8U;
  return 4U * (half / 2U) + half % 2U + (row < 8U ? 0U : 2U);
}

/// Softmax in base 2 over what was seen so far: the largest score and the sum of 2^(score - largest).
struct SoftmaxPart {
  float largest;
  float sum;
};

inline constexpr float kNoScore = -1e30F;  ///< finite, so that the difference of two of them is no NaN

ASSAY_BOTH_SIDES float power_of_two(float exponent) {
#ifdef __CUDA_ARCH__
  return exp2f(exponent);
#else
  return std::exp2(exponent);
#endif
}

/// What the sums of a part are multiplied by when it joins a whole of that largest score. A part without tokens: 0.
ASSAY_BOTH_SIDES float share_in(const SoftmaxPart& part, float largest) {
  return part.sum > 0.0F ? power_of_two(part.largest - largest) : 0.0F;
}

ASSAY_BOTH_SIDES SoftmaxPart joined(const SoftmaxPart& a, const SoftmaxPart& b) {
  const float largest = a.largest > b.largest ? a.largest : b.largest;
  return {largest, a.sum * share_in(a, largest) + b.sum * share_in(b, largest)};
}

/// Pages [first, end) of a sequence that one of `splits` reads; none for the last splits of a short sequence.
struct PageRange {
  std::uint32_t first;
  std::uint32_t end;
};
inline constexpr std::uint32_t kLeastPagesOfSplit = 4U;  ///< one for each warp of a block of decode attention

ASSAY_BOTH_SIDES std::uint32_t pages_of_each_split(std::uint32_t tokens, std::uint32_t splits) {
  const std::uint32_t pages = (tokens + kTokensPerPage - 1U) / kTokensPerPage;
  const std::uint32_t each = (pages + splits - 1U) / splits;
  return each > kLeastPagesOfSplit ? each : kLeastPagesOfSplit;
}
/// How many of the splits have pages: the first ones.
ASSAY_BOTH_SIDES std::uint32_t splits_with_pages(std::uint32_t tokens, std::uint32_t splits) {
  const std::uint32_t pages = (tokens + kTokensPerPage - 1U) / kTokensPerPage;
  const std::uint32_t each = pages_of_each_split(tokens, splits);
  return (pages + each - 1U) / each;
}
ASSAY_BOTH_SIDES PageRange pages_of_split(std::uint32_t tokens, std::uint32_t split, std::uint32_t splits) {
  const std::uint32_t pages = (tokens + kTokensPerPage - 1U) / kTokensPerPage;
  const std::uint32_t each = pages_of_each_split(tokens, splits);
  const std::uint32_t first = split * each;
  const std::uint32_t end = first + each;
  return {first < pages ? first : pages, end < pages ? end : pages};
}

/// silu(gate) up.
ASSAY_BOTH_SIDES float gated_value(float gate, float up) {
#ifdef __CUDA_ARCH__
  return gate / (1.0F + __expf(-gate)) * up;
#else
  return gate / (1.0F + std::exp(-gate)) * up;
#endif
}

/// The order in which tokens are chosen: larger logits first, the lower token among equals.
ASSAY_BOTH_SIDES bool comes_before(float logit, std::uint32_t token, float other_logit, std::uint32_t other_token) {
  return logit > other_logit || (logit == other_logit && token < other_token);
}

/// What token_choice.cpp draws for this place, in [0, 1).
ASSAY_BOTH_SIDES double token_draw(std::uint64_t seed, std::uint32_t position, std::uint32_t last_token) {
  const RandomWords words = philox_words({{position, last_token, 0U, kDrawMatrix}}, seed);
  return static_cast<double>(words.at[0]) * 0x1.0p-32;
}

}  // namespace assay::cuda
