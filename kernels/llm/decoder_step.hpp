#pragma once

#include <cstdint>
#include <span>

namespace assay {

/// Tokens of a page of the key-value cache.
inline constexpr std::uint32_t kPageTokens = 16;

/// Pages that hold so many tokens.
constexpr std::uint32_t pages_for(std::uint64_t tokens) {
  return static_cast<std::uint32_t>((tokens + kPageTokens - 1) / kPageTokens);
}

/// Of a step that is given before the one before it was read: the token is known.
inline constexpr std::uint32_t kTokenKnown = 0xffffffffU;

/// What one sequence does in one iteration of a decoder: a part of its prompt, or one token of its answer.
struct SequenceStep {
  std::span<const std::uint32_t> tokens;  ///< new ones: one while it answers, a chunk of the prompt before
  std::uint32_t position = 0;             ///< tokens that the cache holds already
  /// Its pages in order; page p holds tokens [p * kPageTokens, (p + 1) * kPageTokens). Long enough for position +
  /// tokens.
  std::span<const std::uint32_t> pages;
  bool wants_token = false;  ///< the token after the last one is to be chosen: false within a prompt
  /// kTokenKnown, or the place in the step before of the sequence that chooses this one's only token. Only back ends
  /// that overlap steps take it; tokens[0] is then not looked at.
  std::uint32_t token_from = kTokenKnown;
};

/// One iteration: all sequences advance together and the weights are read once.
struct DecoderStep {
  std::span<const SequenceStep> sequences;
  std::span<std::uint32_t> next_tokens;  ///< one a sequence; written where wants_token
};

}  // namespace assay
