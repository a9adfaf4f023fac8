#pragma once

#include <string>
#include <vector>

#include "scenarios/serving/serving_simulation.hpp"

namespace assay {

/// One step from a serving set-up that wastes its device to one that does not.
struct ServingLever {
  std::string name;   ///< "continuous batching"
  std::string flags;  ///< what changes, as typed after assay run llama
  bool mlperf_closed = true;
  std::string closed_note;  ///< the rule, where one speaks of it
  bool ablation = false;    ///< the last step of the ladder without one of its levers: no step of its own
  ServingSetup setup;       ///< with all levers up to this one
};

/// Sizes of a ladder; the defaults are those of one GPU of the H200 class.
struct LadderSizes {
  std::uint32_t crisis_slots = 8;
  std::uint32_t slots = 512;
  std::uint32_t token_budget = 2048;
  std::uint32_t small_chunk = 256;      ///< of the step that cuts prompts too small; 0: no such step
  Nanoseconds eager_host = kEagerHost;  ///< host time an iteration before the graphs; not above the set-up's: no step
  KvFormat wide_kv = KvFormat::bf16;
  KvFormat narrow_kv = KvFormat::fp8;
  std::uint64_t wide_kv_tokens = 0;  ///< room of the cache in the wide format; 0: half of the narrow one
  bool async_step = false;           ///< a step that hides the host behind the device
  bool int4_step = false;            ///< a step with weights in int4 (W4A16: it computes in 16 bits)
  std::uint64_t int4_kv_tokens = 0;  ///< room of the cache beside those weights; 0: no more than beside the others
  double shared_share = 0.366;       ///< of the step with a prefix cache: the hit rate of the Mooncake trace; 0: none
};

/// The ladder of levers for a decoder. `calibrated`: shape, weights, device, time model and the room of the cache in
/// the narrow format; its policy is not looked at. The first is the crisis: a few slots in a contiguous cache.
[[nodiscard]] std::vector<ServingLever> serving_ladder(const ServingSetup& calibrated, const LadderSizes& sizes);

/// What a ladder is judged by.
struct ServingQuestion {
  RequestLengths lengths = RequestLengths::fixed(1, 1);
  std::uint64_t seed = 1;
  double first_token_limit_s = 2.0;
  double token_time_limit_s = 0.2;
  double tail = 0.99;       ///< the share of requests that the windows are held for
  double burstiness = 1.0;  ///< shape of gamma-distributed gaps; 1: Poisson
  std::size_t offline_requests = 2000;
  Nanoseconds probe = std::chrono::seconds{300};
};

/// Totals of one simulated scenario.
struct ServingPrediction {
  double tokens_per_s = 0.0;
  double rate_hz = 0.0;  ///< Server: of the arrivals
  double ttft_tail_s = 0.0;
  double tpot_tail_s = 0.0;
  ServingTotals totals;
};

/// All requests at once.
[[nodiscard]] ServingPrediction predict_offline(const ServingSetup& setup, const ServingQuestion& question);
/// At one rate.
[[nodiscard]] ServingPrediction predict_server(const ServingSetup& setup, const ServingQuestion& question,
                                               double rate_hz);
/// The highest rate that holds both windows at the tail, to 2 %; rate 0 where none does.
[[nodiscard]] ServingPrediction predict_peak(const ServingSetup& setup, const ServingQuestion& question);

struct LeverPrediction {
  ServingLever lever;
  ServingPrediction offline;
  ServingPrediction server;      ///< at its peak
  double of_best_offline = 0.0;  ///< Server's tokens over the highest Offline of the ladder's closed-division steps
};
[[nodiscard]] std::vector<LeverPrediction> predict_ladder(const std::vector<ServingLever>& ladder,
                                                          const ServingQuestion& question);

}  // namespace assay
