// How long the time between the end of a run and its summary is: design target under one second for 10^7 queries.
// assay_summary_benchmark --benchmark_min_time=0.01

#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <vector>

#include "analysis/latency_distribution.hpp"
#include "analysis/run_summary.hpp"
#include "loadgen/test_result.hpp"

namespace assay {
namespace {

/// Poisson arrivals at utilisation 0.8 of one server with lognormal service: Lindley's recursion, so that latencies
/// are dependent as they are in a real run.
TestResult queueing_run(Scenario scenario, std::uint64_t count) {
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap(1.0 / 1000.0);
  std::lognormal_distribution<double> service(std::log(800.0) - 0.125, 0.5);
  TestResult result;
  result.settings = TestSettings::defaults_for(scenario);
  result.settings.server_target_qps = 1e6;
  result.settings.target_latency = std::chrono::microseconds{50};
  result.records.resize(count);
  double arrival = 0.0;
  double free_at = 0.0;
  for (QueryRecord& record : result.records) {
    arrival += scenario == Scenario::server ? gap(random) : 0.0;
    const double start = std::max(arrival, free_at);
    free_at = start + service(random);
    record.scheduled_ns = static_cast<std::int64_t>(arrival);
    record.issued_ns = record.scheduled_ns + static_cast<std::int64_t>(random() % 64);
    record.started_ns = std::max(record.issued_ns, static_cast<std::int64_t>(start));
    record.completed_ns = std::max(record.started_ns, static_cast<std::int64_t>(free_at));
    result.scheduled_duration = Nanoseconds{record.scheduled_ns};
    result.issue_duration = Nanoseconds{record.issued_ns};
  }
  result.query_count = scenario == Scenario::offline ? 1 : count;
  result.samples_per_query = scenario == Scenario::offline ? count : 1;
  return result;
}

void summary(benchmark::State& state, Scenario scenario) {
  const TestResult result = queueing_run(scenario, static_cast<std::uint64_t>(state.range(0)));
  for (auto unused : state) {
    RunDocument run;
    fill_results(run, result, {});
    benchmark::DoNotOptimize(run);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(summary, server, Scenario::server)
    ->Arg(1'000'000)
    ->Arg(10'000'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(summary, offline, Scenario::offline)->Arg(10'000'000)->Unit(benchmark::kMillisecond)->UseRealTime();

void one_distribution(benchmark::State& state) {
  const TestResult result = queueing_run(Scenario::server, static_cast<std::uint64_t>(state.range(0)));
  std::vector<std::int64_t> latencies;
  for (const QueryRecord& record : result.records) {
    latencies.push_back(record.latency().count());
  }
  for (auto unused : state) {
    benchmark::DoNotOptimize(LatencyDistribution(latencies));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(one_distribution)->Arg(10'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace assay

BENCHMARK_MAIN();
