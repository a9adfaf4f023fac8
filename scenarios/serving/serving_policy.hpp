#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// static_: a batch starts together and the next one waits until all of it are done. continuous: a sequence joins and
/// leaves at any iteration.
enum class ServingBatching { static_, continuous };
[[nodiscard]] std::string_view name_of(ServingBatching batching);

/// How a sequence gets its room in the cache. contiguous: the model's whole context at admission. reserved: pages for
/// its prompt and its whole answer at admission, so that none is ever preempted. paged: pages as it grows.
enum class KvLayout { contiguous, reserved, paged };
[[nodiscard]] std::string_view name_of(KvLayout layout);

/// Which waiting request is admitted next. fcfs: the first that came. sjf: the shortest prompt. slo: those that can
/// still meet the window of the first token before those that cannot, and prompts only as far as the predicted
/// iteration keeps the window of the time per token. sjf and slo take the oldest one at every eighth admission, so that
/// none waits for ever.
enum class Admission { fcfs, sjf, slo };
[[nodiscard]] std::string_view name_of(Admission admission);

/// The levers of the scheduler.
struct ServingPolicy {
  ServingBatching batching = ServingBatching::continuous;
  std::uint32_t max_slots = 16;      ///< sequences in flight
  std::uint32_t token_budget = 256;  ///< tokens of an iteration: one a sequence that answers, the rest for prompts
  /// Prompts are cut to what the budget leaves. Off: a prompt is computed whole, whatever it takes; several only as far
  /// as the budget goes.
  bool chunked_prefill = true;
  bool prefill_first = false;  ///< an iteration with prompts has no answers: those stall meanwhile
  KvLayout kv = KvLayout::paged;
  double watermark = 0.01;  ///< share of the pages that admission leaves free, for sequences that grow
  bool prefix_cache = false;
  Admission admission = Admission::fcfs;
  Nanoseconds first_token_limit = kNever;  ///< windows that `slo` admission steers by
  Nanoseconds token_time_limit = kNever;

  /// One line for each value that makes no sense, naming flag, value and what is accepted. `context`: the model's.
  [[nodiscard]] std::vector<std::string> problems(std::uint64_t context) const;
};

}  // namespace assay
