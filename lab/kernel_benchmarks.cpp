#include "lab/kernel_benchmarks.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "scenarios/kernel_samples.hpp"

namespace assay {

namespace {

constexpr const char* kBytesPerSecond = "bytes/s";
constexpr const char* kCleanShare = "clean_share";
constexpr const char* kContaminated = "contaminated";
constexpr const char* kClock = "clock_hz";
constexpr const char* kInterrupted = "interrupted";

std::string rate_name(WorkUnit unit) { return std::string(name_of(unit)) + "/s"; }
std::string cycle_name(WorkUnit unit) { return std::string(name_of(unit)) + "/cycle"; }

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string name_of(const KernelChoice& choice, std::size_t batch) {
  std::string name = choice.entry->name;
  for (const auto& [parameter, value] : choice.parameters) {
    name += fmt::format("/{}:{}", parameter, value);
  }
  return name + fmt::format("/batch:{}", batch);
}

std::string label_of(const KernelIdentity& identity) {
  std::string label;
  for (const auto& [name, value] : identity.parameters) {
    label += fmt::format("{}{}={}", label.empty() ? "" : " ", name, value);
  }
  return label;
}

/// What has no work, no traffic or no known clock has no such counter.
void set_counters(benchmark::UserCounters& counters, WorkUnit unit, const RepeatStep& step,
                  const SampleTotals& totals) {
  const auto work = static_cast<double>(step.work.count);
  const auto steps = static_cast<double>(totals.steps);
  if (step.work.count > 0) {
    counters[rate_name(unit)] = work * steps / totals.seconds;
    if (totals.cycle_steps > 0) {
      counters[cycle_name(unit)] = work * static_cast<double>(totals.cycle_steps) / totals.cycles;
    }
  }
  if (step.traffic.count > 0) {
    counters[kBytesPerSecond] = static_cast<double>(step.traffic.count) * steps / totals.seconds;
  }
  counters[kCleanShare] = totals.clean_share();
  counters[kContaminated] = static_cast<double>(totals.contaminated_count);
  if (const auto clock = totals.median_clock_hz()) {
    counters[kClock] = *clock;
  }
}

void skip(benchmark::State& state, const std::string& why) { state.SkipWithError(one_line(why).c_str()); }

}  // namespace

KernelBenchmarks::~KernelBenchmarks() { benchmark::ClearRegisteredBenchmarks(); }

std::vector<std::string> KernelBenchmarks::counter_names() {
  std::vector<std::string> names{kBytesPerSecond, kCleanShare, kContaminated, kClock};
  for (const WorkUnit unit : {WorkUnit::flop, WorkUnit::integer_operation, WorkUnit::access}) {
    names.push_back(rate_name(unit));
    names.push_back(cycle_name(unit));
  }
  return names;
}

void KernelBenchmarks::add(const KernelChoice& choice, bool asked_for) {
  Item item{.choice = choice};
  std::size_t largest_batch = 1;
  try {
    largest_batch = choice.entry->make(choice.parameters)->max_batch();
  } catch (const std::invalid_argument& error) {
    if (asked_for) {
      throw;
    }
    item.unavailable = error.what();
  } catch (const std::runtime_error& error) {
    item.unavailable = error.what();
  }
  add_item(item);
  if (largest_batch > 1) {
    item.batch = largest_batch;
    add_item(item);
  }
}

void KernelBenchmarks::add_item(Item item) {
  Item& kept = items_.emplace_back(std::move(item));
  benchmark::RegisterBenchmark(name_of(kept.choice, kept.batch).c_str(), [this, &kept](benchmark::State& state) {
    measure(state, kept);
  })->UseManualTime();
}

void KernelBenchmarks::measure(benchmark::State& state, Item& item) {
  if (stop_()) {
    skip(state, kInterrupted);
    return;
  }
  if (!item.unavailable.empty()) {
    skip(state, item.unavailable);
    return;
  }
  Kernel* kernel = nullptr;
  try {
    kernel = &kernels_.get(item.choice);
  } catch (const std::bad_alloc&) {
    skip(state, "there is not enough memory for its operands");
    return;
  } catch (const std::exception& error) {
    skip(state, error.what());
    return;
  }
  KernelSamples samples(*sampler_, *kernel,
                        {.batch = item.batch, .steps_per_sample = item.steps_per_sample, .stop = stop_});
  item.steps_per_sample = samples.steps_per_sample();
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(item.steps_per_sample))) {
    const auto sample = samples.next_clean();
    if (stop_()) {
      skip(state, kInterrupted);
      return;
    }
    if (!sample) {
      skip(state,
           fmt::format("other work took the CPU in each of {} samples in a row; assay doctor says what runs here",
                       KernelSamples::kMostTries));
      return;
    }
    state.SetIterationTime(seconds(sample->elapsed));
  }
  set_counters(state.counters, kernel->work_unit(), samples.step(), samples.totals());
  state.SetLabel(label_of(kernel->identity()));
}

}  // namespace assay
