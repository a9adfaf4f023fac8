#include "scenarios/serving/iteration_records.hpp"

namespace assay {

IterationRecord record_of(const IterationLoad& load, std::int64_t begin_ns) {
  return {.begin_ns = begin_ns,
          .products_flops = load.products_flops,
          .attention_flops = load.attention_flops,
          .bytes = load.bytes,
          .tokens = load.tokens,
          .prompt_tokens = load.prompt_tokens,
          .new_tokens = load.new_tokens,
          .recomputed = load.recomputed,
          .sequences = load.sequences};
}

void SchedulerCounters::note(const SchedulerCounts& counts, IterationRecord& record) {
  record.preemptions = static_cast<std::uint32_t>(counts.preemptions - preemptions_);
  record.prefix_hits = static_cast<std::uint32_t>(counts.prefix_hit_tokens - prefix_hits_);
  preemptions_ = counts.preemptions;
  prefix_hits_ = counts.prefix_hit_tokens;
}

}  // namespace assay
