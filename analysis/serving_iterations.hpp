#pragma once

#include <cstdint>
#include <span>

#include "analysis/serving_record.hpp"

namespace assay {

/// One iteration of a serving engine, written while it runs: 96 bytes, preallocated. Times are nanoseconds since the
/// start of the run.
struct IterationRecord {
  std::int64_t begin_ns = 0;  ///< the scheduler begins to plan
  std::int64_t device_begin_ns = 0;
  std::int64_t device_end_ns = 0;
  std::int64_t end_ns = 0;        ///< its tokens are reported
  std::int64_t idle_ns = 0;       ///< before begin_ns without any request
  std::int64_t throttled_ns = 0;  ///< before begin_ns with requests that were not admitted
  double products_flops = 0.0;
  double attention_flops = 0.0;
  double bytes = 0.0;
  std::uint32_t tokens = 0;  ///< computed, of prompts and answers
  std::uint32_t prompt_tokens = 0;
  std::uint32_t new_tokens = 0;  ///< of answers
  std::uint32_t recomputed = 0;  ///< of `tokens`: lost to a preemption before
  std::uint32_t sequences = 0;
  std::uint32_t pages = 0;  ///< in use
  std::uint32_t preemptions = 0;
  std::uint32_t prefix_hits = 0;  ///< tokens of prompts found in the cache
};

/// What the iterations of a run say against the ceilings: waterfall, utilisation, bins of one second. `end_ns`: of the
/// run; what comes after the last iteration counts as time without a request. Bins beyond `kMostServingBins` are joined
/// in the last.
[[nodiscard]] ServingRecord serving_record_of(std::span<const IterationRecord> iterations,
                                              const ServingCeilings& ceilings, std::int64_t end_ns);

}  // namespace assay
