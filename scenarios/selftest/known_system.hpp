#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/percentile.hpp"
#include "harness/time.hpp"
#include "scenarios/service_law.hpp"

namespace assay {

/// Two modes that take turns: slow services come in runs, as under a neighbour that comes and goes. The share of slow
/// ones and the mean length of their runs make a Markov chain of two states.
struct BurstLaw {
  ServiceLaw fast;
  ServiceLaw slow;
  double slow_share = 0.2;
  double mean_slow_run = 20.0;

  [[nodiscard]] std::vector<Nanoseconds> draw(std::size_t count, std::uint64_t seed) const;
  /// Of one service, where the modes do not overlap: below 1 - slow_share that of the fast mode, above it of the slow.
  [[nodiscard]] Nanoseconds quantile(double p) const;
};

/// A system under test whose latencies have a law in closed form: what the instrument says of it can be judged.
struct KnownSystem {
  std::string name;                ///< "exponential", "M/M/1"
  std::string id;                  ///< "exponential", "mm1"
  ServiceLaw law;                  ///< of the services
  std::optional<BurstLaw> bursts;  ///< goes before `law`
  int servers = 1;
  double arrival_rate = 0.0;  ///< Poisson, 1/s; 0: SingleStream, where the latency is the service
  std::vector<Percentile> percentiles;
  std::uint64_t queries = 1000;  ///< of one run

  [[nodiscard]] bool is_queue() const { return arrival_rate > 0.0; }
  [[nodiscard]] std::vector<Nanoseconds> services(std::size_t count, std::uint64_t seed) const;

  /// Of the latency, in steady state.
  [[nodiscard]] Nanoseconds quantile(Percentile percentile) const;

  /// How long each server is still busy when the first query of a run comes, after a long past: without it a run would
  /// begin with an empty queue and be too fast for the law. All 0 in SingleStream.
  [[nodiscard]] std::vector<Nanoseconds> busy_at_start(std::uint64_t seed) const;

  /// The measured phase should take about as long.
  [[nodiscard]] Nanoseconds expected_duration() const;
};

/// Latencies of arrivals at `arrivals` (ascending) by the recursion of Kiefer and Wolfowitz (Lindley's for one server):
/// each goes, in the order of arrival, to the server that is free first.
[[nodiscard]] std::vector<std::int64_t> ideal_latencies(std::span<const std::int64_t> arrivals_ns,
                                                        std::span<const Nanoseconds> services,
                                                        std::vector<Nanoseconds> busy_at_start);

/// The systems of `assay selftest`: four laws and three queues. A run takes less than a second: see let_others_run().
[[nodiscard]] std::vector<KnownSystem> known_systems();

}  // namespace assay
