#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "kernels/llm/decoder_engine.hpp"

namespace assay {

/// Recomputes in double what the stages of a small step leave: of one random layer and the head, 64 random outputs of
/// each product (of q, k and v whole heads) and 4 random rows of attention, each from what its stage really read. So an
/// error is found where it is made, and the roundings of earlier stages are no excuse for it. Overwrites the cache.
[[nodiscard]] OutputCheck check_spots(DecoderEngine& engine, std::uint64_t seed);

/// The same of every output of every layer, and then two sequences through prompt and answer against ReferenceDecoder:
/// all logits, and the token where the reference is sure of it. Overwrites the cache.
[[nodiscard]] OutputCheck check_forward(DecoderEngine& engine);

/// Bound of check_forward() on |logits - reference| / |reference|, both as vectors; derived beside it.
[[nodiscard]] double forward_tolerance(const DecoderFormats& formats);

}  // namespace assay
