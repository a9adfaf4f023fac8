#include "scenarios/selftest/known_system.hpp"

#include <algorithm>

#include "harness/random_bits.hpp"
#include "scenarios/selftest/queue_law.hpp"

namespace assay {

namespace {

using std::chrono::microseconds;
using Shape = ServiceLaw::Shape;

/// Keeps the draws of the past apart from those of the run.
constexpr std::uint64_t kPastStream = 0x7061737400000000ULL;

}  // namespace

std::vector<Nanoseconds> BurstLaw::draw(std::size_t count, std::uint64_t seed) const {
  const std::vector<Nanoseconds> fast_times = fast.draw(count, split_mix(seed));
  const std::vector<Nanoseconds> slow_times = slow.draw(count, split_mix(seed + 1));
  RandomBits bits(split_mix(seed + 2));
  const double leave_slow = 1.0 / mean_slow_run;
  const double leave_fast = leave_slow * slow_share / (1.0 - slow_share);
  bool is_slow = bits.unit() <= slow_share;
  std::vector<Nanoseconds> times(count);
  for (std::size_t i = 0; i < count; ++i) {
    times[i] = is_slow ? slow_times[i] : fast_times[i];
    if (bits.unit() <= (is_slow ? leave_slow : leave_fast)) {
      is_slow = !is_slow;
    }
  }
  return times;
}

Nanoseconds BurstLaw::quantile(double p) const {
  const double fast_share = 1.0 - slow_share;
  return p < fast_share ? fast.quantile(p / fast_share) : slow.quantile((p - fast_share) / slow_share);
}

std::vector<Nanoseconds> KnownSystem::services(std::size_t count, std::uint64_t seed) const {
  return bursts ? bursts->draw(count, seed) : law.draw(count, seed);
}

Nanoseconds KnownSystem::quantile(Percentile percentile) const {
  if (!is_queue()) {
    return bursts ? bursts->quantile(percentile.fraction()) : law.quantile(percentile.fraction());
  }
  const QueueLaw queue{
      .service = law.shape == Shape::constant ? QueueLaw::Service::constant : QueueLaw::Service::exponential,
      .arrival_rate = arrival_rate,
      .mean_service_s = seconds(law.mean),
      .servers = servers};
  return from_seconds(queue.response_quantile(percentile.fraction()));
}

std::vector<Nanoseconds> KnownSystem::busy_at_start(std::uint64_t seed) const {
  std::vector<Nanoseconds> free_at(static_cast<std::size_t>(servers));
  if (!is_queue()) {
    return free_at;
  }
  constexpr std::size_t kPast = 4000;  // queries: hundreds of times what these queues remember
  RandomBits bits(split_mix(seed ^ kPastStream));
  const std::vector<Nanoseconds> past = services(kPast, bits.bits());
  Nanoseconds now{0};
  for (const Nanoseconds service : past) {
    now += from_seconds(bits.exponential() / arrival_rate);
    const auto first = std::ranges::min_element(free_at);
    *first = std::max(*first, now) + service;
  }
  now += from_seconds(bits.exponential() / arrival_rate);
  for (Nanoseconds& server : free_at) {
    server = std::max(server - now, Nanoseconds{0});
  }
  return free_at;
}

Nanoseconds KnownSystem::expected_duration() const {
  if (is_queue()) {
    return from_seconds(static_cast<double>(queries) / arrival_rate);
  }
  const double mean =
      bursts ? bursts->slow_share * seconds(bursts->slow.mean) + (1.0 - bursts->slow_share) * seconds(bursts->fast.mean)
             : seconds(law.mean);
  return from_seconds(static_cast<double>(queries) * mean);
}

std::vector<std::int64_t> ideal_latencies(std::span<const std::int64_t> arrivals_ns,
                                          std::span<const Nanoseconds> services,
                                          std::vector<Nanoseconds> busy_at_start) {
  std::vector<std::int64_t> latencies;
  latencies.reserve(arrivals_ns.size());
  for (Nanoseconds& server : busy_at_start) {
    server += Nanoseconds{arrivals_ns.empty() ? 0 : arrivals_ns.front()};
  }
  for (std::size_t i = 0; i < arrivals_ns.size(); ++i) {
    const auto first = std::ranges::min_element(busy_at_start);
    *first = std::max(*first, Nanoseconds{arrivals_ns[i]}) + services[i];
    latencies.push_back(first->count() - arrivals_ns[i]);
  }
  return latencies;
}

std::vector<KnownSystem> known_systems() {
  const auto p50 = Percentile::of_parts_per_million(500'000);
  const auto p90 = Percentile::of_parts_per_million(900'000);
  const auto p99 = Percentile::of_parts_per_million(990'000);
  const auto lognormal = [](microseconds mean, microseconds deviation) {
    return ServiceLaw{.shape = Shape::lognormal, .mean = mean, .standard_deviation = deviation};
  };
  // Dependent queries are worth less, so there are more.
  constexpr std::uint64_t kIndependent = 1000;
  constexpr std::uint64_t kDependent = 2000;
  constexpr std::uint64_t kBursts = 3000;
  constexpr std::uint64_t kManyServers = 6000;
  const std::vector<Percentile> all{p50, p90, p99};
  const std::vector<Percentile> dependent{p50, p90};
  std::vector<KnownSystem> systems;
  systems.push_back({.name = "constant 400 us",
                     .id = "constant",
                     .law = {.shape = Shape::constant, .mean = microseconds{400}},
                     .percentiles = all,
                     .queries = kIndependent});
  systems.push_back({.name = "exponential 400 us",
                     .id = "exponential",
                     .law = {.shape = Shape::exponential, .mean = microseconds{400}},
                     .percentiles = all,
                     .queries = kIndependent});
  systems.push_back({.name = "log-normal 400 us",
                     .id = "lognormal",
                     .law = lognormal(microseconds{400}, microseconds{200}),
                     .percentiles = all,
                     .queries = kIndependent});
  systems.push_back({.name = "bimodal in bursts",
                     .id = "bursts",
                     .law = {},
                     .bursts = BurstLaw{.fast = lognormal(microseconds{150}, microseconds{15}),
                                        .slow = lognormal(microseconds{600}, microseconds{60})},
                     .percentiles = dependent,
                     .queries = kBursts});
  const auto queue = [&](std::string name, std::string id, Shape shape, int servers, double rate,
                         std::uint64_t queries) {
    systems.push_back({.name = std::move(name),
                       .id = std::move(id),
                       .law = {.shape = shape, .mean = microseconds{200}},
                       .servers = servers,
                       .arrival_rate = rate,
                       .percentiles = dependent,
                       .queries = queries});
  };
  queue("M/M/1, load 0.5", "mm1", Shape::exponential, 1, 2500.0, kDependent);
  queue("M/D/1, load 0.6", "md1", Shape::constant, 1, 3000.0, kDependent);
  queue("M/M/3, load 0.6", "mm3", Shape::exponential, 3, 9000.0, kManyServers);
  return systems;
}

}  // namespace assay
