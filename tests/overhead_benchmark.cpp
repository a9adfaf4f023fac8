// What our own parts cost: the time of one call or of one sample, as the names say. Not a test. The times on which they
// rest are real time, since a sample's cost holds system calls.
//   assay_overhead_benchmark [flags of Google Benchmark]
#include <benchmark/benchmark.h>
#include <sched.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <array>

#include "harness/buffer.hpp"
#include "harness/counter_set.hpp"
#include "harness/effective_clock.hpp"
#include "harness/measurement.hpp"
#include "harness/sampling_team.hpp"
#include "harness/steady_clock.hpp"
#include "harness/stopping_rule.hpp"
#include "harness/thread_meter.hpp"
#include "loadgen/response_recorder.hpp"

namespace assay {
namespace {

constexpr std::array<std::size_t, 1> kFirstThread{0};

void clock_reading(benchmark::State& state) {
  const SteadyClock clock;
  for (auto unused : state) {
    benchmark::DoNotOptimize(clock.now());
  }
}
BENCHMARK(clock_reading)->UseRealTime();

void thread_meter_reading(benchmark::State& state) {
  const KernelThreadMeter meter;
  for (auto unused : state) {
    benchmark::DoNotOptimize(meter.read());
  }
}
BENCHMARK(thread_meter_reading)->UseRealTime();

/// Ends after so many samples, clean or not, and costs nothing.
class StopAfterObservations final : public StoppingRule {
 public:
  explicit StopAfterObservations(std::uint64_t count) : count_(count) {}
  [[nodiscard]] std::optional<std::string> reason_to_stop(const SamplingState& state) const override {
    return state.observation_count < count_ ? std::nullopt : std::optional(std::string("enough"));
  }

 private:
  std::uint64_t count_;
};

/// Everything around the timed work but the pause: readings of clock and meter, the check for contamination, the
/// bookkeeping.
void measure_per_sample(benchmark::State& state) {
  constexpr std::uint64_t kSamples = 1000;
  SteadyClock clock;
  const KernelThreadMeter meter;
  const StopAfterObservations rule(kSamples);
  while (state.KeepRunningBatch(kSamples)) {
    benchmark::DoNotOptimize(
        measure([](std::uint64_t) {}, clock, meter, rule, {.sample = Nanoseconds{1}, .pause = Nanoseconds{0}}));
  }
}
BENCHMARK(measure_per_sample)->UseRealTime();

/// The same for a sample of the team, which also looks at the core's clock before and after.
void team_sample_of_one_thread(benchmark::State& state) {
  SteadyClock clock;
  SamplingTeam::with({sched_getcpu()}, clock, [&state](SamplingTeam& team) {
    const TeamWork nothing = [](std::size_t, std::uint64_t) {};
    for (auto unused : state) {
      benchmark::DoNotOptimize(team.sample(nothing, {.threads = kFirstThread}));
    }
  });
}
BENCHMARK(team_sample_of_one_thread)->UseRealTime();

void clock_estimate(benchmark::State& state) {
  SteadyClock clock;
  const Nanoseconds cost = back_to_back_cost(clock);
  for (auto unused : state) {
    benchmark::DoNotOptimize(estimate_clock(clock, KernelThreadMeter{}, cost));
  }
}
BENCHMARK(clock_estimate)->UseRealTime();

void counters_start_and_read(benchmark::State& state) {
  CounterSet counters;
  for (auto unused : state) {
    counters.start();
    benchmark::DoNotOptimize(counters.read());
  }
}
BENCHMARK(counters_start_and_read)->UseRealTime();

void stopping_rule_on_samples(benchmark::State& state) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    values.push_back(1.0 + static_cast<double>(i * 37 % 101) / 100.0);
  }
  const StopWhenNarrow rule(1e-9, 1);
  for (auto unused : state) {
    benchmark::DoNotOptimize(rule.reason_to_stop({.clean_values = values, .observation_count = values.size()}));
  }
}
BENCHMARK(stopping_rule_on_samples)->Arg(100)->Arg(1000)->UseRealTime();

/// Issue, start and completion of one query: three time stamps and the claim that settles each query once.
void query_recording(benchmark::State& state) {
  constexpr std::uint64_t kQueries = std::uint64_t{1} << 16U;
  const SteadyClock clock;
  std::unique_ptr<ResponseRecorder> recorder;
  std::uint64_t position = kQueries;
  for (auto unused : state) {
    if (position == kQueries) {
      state.PauseTiming();
      recorder =
          std::make_unique<ResponseRecorder>(clock, std::make_shared<RunProgress>(), kQueries, ResponseLogSettings{});
      recorder->extend(kQueries);
      recorder->set_start(clock.now());
      position = 0;
      state.ResumeTiming();
    }
    const QuerySample sample{.id = recorder->id_of(position)};
    recorder->mark_issued(position, clock.now());
    recorder->started({&sample, 1});
    const QueryResponse response{.id = sample.id};
    recorder->complete({&response, 1});
    ++position;
  }
}
BENCHMARK(query_recording)->UseRealTime();

void buffer_creation(benchmark::State& state) {
  const Bytes size{static_cast<std::uint64_t>(state.range(0))};
  for (auto unused : state) {
    const Buffer buffer(size);
    benchmark::DoNotOptimize(buffer.as<char>().data());
  }
}
BENCHMARK(buffer_creation)->ArgName("bytes")->Arg(std::int64_t{1} << 12)->Arg(std::int64_t{1} << 26)->UseRealTime();

void buffer_creation_and_first_touch(benchmark::State& state) {
  const Bytes size{static_cast<std::uint64_t>(state.range(0))};
  for (auto unused : state) {
    const Buffer buffer(size);
    buffer.first_touch();
  }
}
BENCHMARK(buffer_creation_and_first_touch)
    ->ArgName("bytes")
    ->Arg(std::int64_t{1} << 21)
    ->Arg(std::int64_t{1} << 26)
    ->UseRealTime();

}  // namespace
}  // namespace assay

BENCHMARK_MAIN();
