#pragma once

#include <cstdint>
#include <span>

#include "kernels/llm/llama_decoder.hpp"

namespace assay {

/// Where in its sequence a token is chosen: with the seed all that a draw depends on.
struct TokenPlace {
  std::uint32_t position = 0;    ///< of the token that is chosen
  std::uint32_t last_token = 0;  ///< the one before it
};

/// The largest logit (the lower token among equals), or a draw among the top_k largest with probability in proportion
/// to exp(logit / temperature). Allocates nothing.
[[nodiscard]] std::uint32_t choose_token(std::span<const float> logits, const TokenSampling& sampling,
                                         const TokenPlace& place) noexcept;

}  // namespace assay
