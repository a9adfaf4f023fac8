#pragma once

#include "kernels/cuda/llm/llm_interface.h"

namespace assay::cuda {

/// Fewer layers and tokens than `verify`, so that every thread of every block can be a fiber.
inline AssayLlmOptions small_options() {
  return {.shape = {2, 256, 8, 1, 64, 512, 512, 512, 0, 500'000.0, 1e-5},
          .weights = ASSAY_LLM_BF16,
          .kv = ASSAY_LLM_BF16,
          .held_layers = 0,
          .tp_shard = 1,
          .page_count = 16,
          .most_tokens = 48,
          .most_outputs = 2,
          .graphs = 0,
          .plain_attention = 0,
          .memory_bytes = 0,
          .seed = 7,
          .temperature = 0.0F,
          .top_k = 1,
          .sampling_seed = 0};
}

}  // namespace assay::cuda
