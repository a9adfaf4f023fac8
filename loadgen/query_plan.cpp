#include "loadgen/query_plan.hpp"

#include <algorithm>

#include "loadgen/schedule.hpp"

namespace assay {

namespace {

bool uses_set_once(const TestSettings& settings) {
  return settings.mode == TestMode::accuracy || settings.selection == SampleSelection::unique;
}

std::uint64_t round_up(std::uint64_t value, std::uint64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// Samples of the one Offline query (LoadGen: 1.1 times what the expected rate completes in the minimum duration).
std::uint64_t offline_samples(const TestSettings& settings, const LoadableSet& set) {
  if (uses_set_once(settings)) {
    return set.size;
  }
  const double expected = 1.1 * seconds(settings.min_duration) * settings.offline_expected_qps;
  const std::uint64_t samples = std::max(settings.min_query_count, static_cast<std::uint64_t>(expected));
  return settings.selection == SampleSelection::equal_issue ? round_up(samples, set.size) : samples;
}

/// The least number of queries that LoadGen generates, from which it sizes its equal-issue table.
std::uint64_t min_queries(const TestSettings& settings, const LoadableSet& set, std::uint64_t samples_per_query) {
  if (uses_set_once(settings)) {
    return set.samples.size() / samples_per_query;
  }
  return settings.scenario == Scenario::offline ? 1 : settings.min_query_count;
}

/// Every arrival within the minimum duration and the first one beyond it, and at least the minimum query count; whole
/// permutations in equal-issue mode, and a frame of each camera.
std::vector<Nanoseconds> plan_arrivals(const TestSettings& settings, const LoadableSet& set,
                                       std::optional<std::uint64_t> fixed_count) {
  const auto schedule = make_schedule(settings);
  const Nanoseconds duration = fixed_count ? Nanoseconds::zero() : settings.min_duration;
  const bool equal_issue = !fixed_count && settings.selection == SampleSelection::equal_issue;
  std::uint64_t count = fixed_count.value_or(settings.min_query_count);
  const auto* cameras = std::get_if<CameraArrivals>(&settings.arrivals);
  const std::uint64_t together = cameras != nullptr && !fixed_count ? cameras->cameras : 1;
  if (equal_issue) {
    count = round_up(count, set.samples.size());
  }
  std::vector<Nanoseconds> arrivals;
  arrivals.reserve(std::max(count, static_cast<std::uint64_t>(settings.server_target_qps * seconds(duration) * 1.01)));
  Nanoseconds last{0};
  while (last < duration || arrivals.size() < count || arrivals.size() % together != 0) {
    last = schedule->next();
    arrivals.push_back(last);
    if (equal_issue && arrivals.size() >= count && last < duration) {
      count += set.samples.size();
    }
  }
  return arrivals;
}

}  // namespace

std::uint64_t QueryPlan::sample_capacity(const TestSettings& settings) const {
  if (query_count) {
    return *query_count == 0 ? 0 : (*query_count - 1) * samples_per_query + last_query_samples;
  }
  // Twice what the expected latency suggests, like LoadGen; record memory is address space until it is used.
  const double latency_s = std::max(seconds(settings.expected_latency), 50e-9);
  const Nanoseconds duration = settings.max_duration == kNever ? settings.min_duration : settings.max_duration;
  const double queries =
      std::max(2.0 * seconds(duration) / latency_s, 2.0 * static_cast<double>(settings.min_query_count));
  // A short run may begin beside other work and end without it: some room does not depend on the expectation.
  constexpr std::uint64_t kSpare = 8192;
  std::uint64_t count = static_cast<std::uint64_t>(queries) + kSpare;
  if (settings.max_query_count != 0) {
    count = std::min(count, settings.max_query_count);
  }
  return count * samples_per_query;
}

QueryPlan make_query_plan(const TestSettings& settings, const LoadableSet& set) {
  QueryPlan plan{.set = set};
  const bool once = uses_set_once(settings);
  if (settings.scenario == Scenario::offline) {
    plan.samples_per_query = offline_samples(settings, set);
    plan.query_count = 1;
  } else {
    plan.samples_per_query = settings.scenario == Scenario::multi_stream ? settings.samples_per_query : 1;
    if (once) {
      plan.query_count = (set.size + plan.samples_per_query - 1) / plan.samples_per_query;
    }
  }
  plan.last_query_samples = plan.samples_per_query;
  // LoadGen fills the last MultiStream query up from the padding; counting a sample twice would bend an accuracy.
  const std::uint64_t rest = set.size % plan.samples_per_query;
  if (once && settings.scenario == Scenario::multi_stream && settings.stream == RandomStream::assay && rest != 0) {
    plan.samples_per_query = settings.samples_per_query;
    plan.last_query_samples = rest;
  }
  const std::uint64_t least = min_queries(settings, set, plan.samples_per_query);
  plan.sequence = settings.stream == RandomStream::mlperf ? make_mlperf_sequence(settings, set, least)
                                                          : make_assay_sequence(settings, set);
  if (settings.scenario == Scenario::server) {
    plan.arrivals = plan_arrivals(settings, set, plan.query_count);
    plan.query_count = plan.arrivals.size();
  }
  return plan;
}

}  // namespace assay
