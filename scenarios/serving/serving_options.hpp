#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/llm/llama_shape.hpp"
#include "scenarios/serving/serving_policy.hpp"

namespace assay {

/// What workload llama is asked for beside its parameters.
struct ServingOptions {
  std::string lengths;   ///< as RequestLengths::parse() takes it; empty: as suits the preset
  ServingPolicy policy;  ///< its windows are those of the test
  KvFormat kv_format = KvFormat::bf16;
  std::uint64_t kv_tokens = 0;           ///< room of the cache; 0: for max_slots requests of the longest kind
  bool graphs = true;                    ///< of a GPU: steps as CUDA graphs
  bool async_sched = false;              ///< of a GPU: the next step is planned while the card works on this one
  std::uint32_t tp_shard = 1;            ///< of a GPU: one rank of so many
  std::vector<std::string> gpu_flags;    ///< of the three, those that were given
  std::optional<double> price_per_hour;  ///< US dollars for this machine
};

}  // namespace assay
