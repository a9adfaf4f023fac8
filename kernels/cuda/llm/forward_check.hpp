#pragma once

#include <cstdint>

#include "kernels/cuda/llm/card_decoder.hpp"

namespace assay::cuda {

/// Whole forward passes against HostForward, of a shape of at most 16 million parameters: logits and greedy tokens.
/// Adds what it compared to `result`, and the first difference. Overwrites pages 0 to 3.
void check_forward(CardDecoder& decoder, std::uint64_t seed, AssayGpuCheck& result);

}  // namespace assay::cuda
