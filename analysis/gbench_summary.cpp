#include "analysis/gbench_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "analysis/estimate_record.hpp"
#include "analysis/percentile_interval.hpp"

namespace assay {

namespace {

constexpr Percentile kMedian = Percentile::of_parts_per_million(500'000);

std::optional<double> time_s(const GbenchRun& run, GbenchTime time) {
  return time == GbenchTime::cpu || time == GbenchTime::process_cpu ? run.cpu_time_s : run.real_time_s;
}

/// `sorted` must not be empty.
double median_of(const std::vector<double>& sorted) {
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2.0;
}

std::string missing_repetitions(std::size_t count) {
  const std::uint64_t needed = samples_for_upper_limit(kMedian, 1.0 - (1.0 - kUsualConfidence) / 2.0);
  return count >= needed
             ? ""
             : fmt::format("an interval needs {} more repetitions: --benchmark_repetitions={}", needed - count, needed);
}

EstimateRecord estimate(std::vector<double> values) {
  EstimateRecord result{.confidence = kUsualConfidence};
  if (values.empty()) {
    result.reason = "the file has no time for it";
    return result;
  }
  std::ranges::sort(values);
  result.point = median_of(values);
  const PercentileRanks ranks = percentile_ranks(
      kMedian, {.count = values.size(), .effective = static_cast<double>(values.size())}, kUsualConfidence);
  if (ranks.lower && ranks.upper) {
    result.lower = values[*ranks.lower - 1];
    result.upper = values[*ranks.upper - 1];
  } else {
    result.reason = missing_repetitions(values.size());
  }
  return result;
}

GbenchRow row_of(const GbenchBenchmark& benchmark) {
  GbenchRow row{.name = benchmark.name,
                .label = benchmark.label,
                .time = benchmark.time,
                .repetition_count = benchmark.repetitions.size(),
                .error = benchmark.error};
  std::vector<double> times;
  std::map<std::string, std::vector<double>> counters;
  for (const GbenchRun& run : benchmark.repetitions) {
    if (const auto time = time_s(run, benchmark.time)) {
      times.push_back(*time);
    }
    for (const auto& [name, value] : run.counters) {
      counters[name].push_back(value);
    }
  }
  row.time_s = estimate(times);
  for (auto& [name, values] : counters) {
    std::ranges::sort(values);
    row.counters[name] = median_of(values);
  }
  if (benchmark.repetitions.empty() && benchmark.median) {
    row.time_s = {.point = time_s(*benchmark.median, benchmark.time),
                  .confidence = kUsualConfidence,
                  .reason = "the file has aggregates only: an interval needs each repetition"};
    row.counters = benchmark.median->counters;
  } else if (!row.error.empty()) {
    row.time_s.reason = row.error;
  }
  return row;
}

template <class Predicate>
std::size_t count_of(const GbenchFile& file, Predicate predicate) {
  return static_cast<std::size_t>(std::ranges::count_if(file.benchmarks, predicate));
}

}  // namespace

std::vector<GbenchRow> gbench_rows(const GbenchFile& file) {
  std::vector<GbenchRow> rows;
  rows.reserve(file.benchmarks.size());
  for (const GbenchBenchmark& benchmark : file.benchmarks) {
    rows.push_back(row_of(benchmark));
  }
  return rows;
}

std::vector<std::string> gbench_warnings(const GbenchFile& file) {
  std::vector<std::string> warnings;
  constexpr double kBusy = 0.5;
  if (!file.load_average.empty() && file.load_average.front() >= kBusy * static_cast<double>(file.cpu_count)) {
    warnings.push_back(
        fmt::format("the load average was {:.2f} on {} CPUs when it began: other work may have taken "
                    "part of the times; repeat on a quiet machine",
                    file.load_average.front(), file.cpu_count));
  }
  if (file.cpu_scaling_enabled.value_or(false)) {
    warnings.emplace_back("CPU frequency scaling was on: the clock may differ from one benchmark to the next");
  }
  const std::size_t cpu_times = count_of(file, [](const GbenchBenchmark& benchmark) {
    return benchmark.time == GbenchTime::cpu || benchmark.time == GbenchTime::process_cpu;
  });
  if (cpu_times > 0) {
    warnings.push_back(
        fmt::format("{} of {} times are CPU time, without what the thread waited for; UseRealTime() and "
                    "UseManualTime() measure what a caller waits",
                    cpu_times, file.benchmarks.size()));
  }
  const std::size_t threaded = count_of(file, [](const GbenchBenchmark& benchmark) { return benchmark.threads > 1; });
  if (threaded > 0) {
    warnings.push_back(
        fmt::format("{} of {} ran on several threads: Google Benchmark up to 1.8 gives the rates of one "
                    "thread, not their sum",
                    threaded, file.benchmarks.size()));
  }
  if (file.not_finite_count > 0) {
    warnings.push_back(
        fmt::format("{} values are bare NaN or Infinity, which is no JSON; they are left out", file.not_finite_count));
  }
  if (file.library_build_type == "debug") {
    warnings.emplace_back("the runner was built as DEBUG; assay explain DEBUG says what that touches");
  }
  return warnings;
}

}  // namespace assay
