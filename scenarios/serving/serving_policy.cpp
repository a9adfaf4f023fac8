#include "scenarios/serving/serving_policy.hpp"

#include <fmt/format.h>

namespace assay {

std::string_view name_of(ServingBatching batching) {
  return batching == ServingBatching::static_ ? "static" : "continuous";
}

std::string_view name_of(KvLayout layout) {
  switch (layout) {
    case KvLayout::contiguous:
      return "contiguous";
    case KvLayout::reserved:
      return "reserved";
    case KvLayout::paged:
      return "paged";
  }
  return "";
}

std::string_view name_of(Admission admission) {
  switch (admission) {
    case Admission::fcfs:
      return "fcfs";
    case Admission::sjf:
      return "sjf";
    case Admission::slo:
      return "slo";
  }
  return "";
}

std::vector<std::string> ServingPolicy::problems(std::uint64_t context) const {
  constexpr std::uint32_t kMostSlots = 4096;
  constexpr std::uint32_t kMostTokens = 1 << 20;
  std::vector<std::string> problems;
  if (max_slots == 0 || max_slots > kMostSlots) {
    problems.push_back(fmt::format("--max-slots {}: must be within 1 and {}", max_slots, kMostSlots));
  }
  if (token_budget < max_slots || token_budget > kMostTokens) {
    problems.push_back(fmt::format("--token-budget {}: must be within {} (one token for each of --max-slots) and {}",
                                   token_budget, max_slots, kMostTokens));
  }
  if (!(watermark >= 0.0 && watermark < 1.0)) {
    problems.push_back(fmt::format("watermark {}: must be at least 0 and below 1", watermark));
  }
  if (context == 0) {
    problems.emplace_back("the model has no context");
  }
  if (admission == Admission::slo && first_token_limit == kNever && token_time_limit == kNever) {
    problems.emplace_back("--admission slo: steers by a window; give --ttft, --tpot or both");
  }
  return problems;
}

}  // namespace assay
