#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/serving_iterations.hpp"
#include "scenarios/serving/iteration_time.hpp"
#include "scenarios/serving/request_lengths.hpp"
#include "scenarios/serving/serving_policy.hpp"

namespace assay {

/// A decoder with its scheduler, as far as virtual time needs to know it.
struct ServingSetup {
  LlamaShape shape;
  DecoderFormats formats;
  DeviceCeilings device;
  IterationTimeModel time;
  ServingPolicy policy;
  std::uint64_t kv_tokens = 0;  ///< room of the cache
  double shared_share = 0.0;    ///< of each prompt: a beginning that all have, 0 to 1
};

/// Measured ceilings as a device. On CPUs int4 weights multiply in 8 bits: the layers of both take the rate of narrow
/// products.
[[nodiscard]] DeviceCeilings ceilings_as_device(const ServingCeilings& ceilings, WeightFormat weights);

/// A request in virtual time: when it came, what became of it. Times in seconds from the start.
struct SimulatedRequest {
  Nanoseconds arrived{0};
  RequestLength length;
  Nanoseconds first_token = kNever;
  Nanoseconds completed = kNever;

  [[nodiscard]] double ttft_s() const { return seconds(first_token - arrived); }
  /// (latency - TTFT) / (tokens - 1); 0 for an answer of one token.
  [[nodiscard]] double tpot_s() const {
    return length.output < 2 ? 0.0 : seconds(completed - first_token) / (length.output - 1);
  }
};

/// What a simulation shows.
struct ServingOutcome {
  std::vector<SimulatedRequest> requests;
  std::uint64_t refused = 0;  ///< longer than the cache or the context holds
  double duration_s = 0.0;    ///< to the last completion
  double tokens_per_s = 0.0;  ///< of answers
  double ttft_tail_s = 0.0;   ///< at the tail asked for: exact rank, as the verdict takes it
  double tpot_tail_s = 0.0;
  ServingRecord record;
};

/// Runs the arrivals (ascending) through the very scheduler that the engine uses, each iteration taking as long as the
/// time model says, until all are done or `end` of virtual time. Nothing here reads a clock.
/// Throws std::invalid_argument as Scheduler does.
[[nodiscard]] ServingOutcome simulate(const ServingSetup& setup, std::vector<SimulatedRequest> requests,
                                      Nanoseconds end = kNever, double tail = 0.99);

/// All at once, as Offline has them.
[[nodiscard]] std::vector<SimulatedRequest> offline_requests(const RequestLengths& lengths, std::uint64_t seed,
                                                             std::size_t count);
/// Gamma-distributed gaps of shape `burstiness` (1: Poisson) at the rate, as long as `duration`.
[[nodiscard]] std::vector<SimulatedRequest> server_requests(const RequestLengths& lengths, std::uint64_t seed,
                                                            double rate_hz, double burstiness, Nanoseconds duration);

}  // namespace assay
