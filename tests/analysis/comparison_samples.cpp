#include "tests/analysis/comparison_samples.hpp"

#include <fmt/format.h>

#include "tests/analysis/sample_run_parts.hpp"

namespace assay {

RunDocument repeat_of(double p90_s, const std::string& id) {
  RunDocument run = common_run();
  run.id = id;
  run.scenario = "single";
  run.percentile = 0.9;
  run.query_count = 5000;
  run.sample_count = 5000;
  run.latency.count = 5000;
  run.latency.mean_s = 0.8 * p90_s;
  run.latency.standard_deviation_s = 0.2 * p90_s;
  run.latency.effective_sample_size = 2500.0;
  for (const auto& [name, factor] :
       {std::pair{"p50", 0.75}, {"p90", 1.0}, {"p95", 1.1}, {"p97", 1.2}, {"p99", 1.5}, {"p99.9", 3.0}}) {
    const double point = factor * p90_s;
    run.latency.percentiles_s[name] = {.point = point, .lower = point / 1.05, .upper = point * 1.05, .reason = ""};
  }
  run.service_time = run.latency;
  run.queries_per_s = 1.25 / p90_s;
  run.samples_per_s = 1.25 / p90_s;
  for (int second = 1; second <= 12; ++second) {
    const auto completed = static_cast<std::uint64_t>(400 + 5 * (second % 3));
    run.series.push_back({.t_s = static_cast<double>(second), .completed = completed, .p50_s = {}, .p99_s = {}});
  }
  return run;
}

ComparisonSide side_of(const std::string& name, const std::vector<double>& p90_ms) {
  ComparisonSide side{.name = name, .system = "", .runs = {}};
  for (std::size_t i = 0; i < p90_ms.size(); ++i) {
    side.runs.push_back(repeat_of(p90_ms[i] / 1e3, fmt::format("{}-{}", name, i + 1)));
  }
  return side;
}

ComparisonSide five_repeats(const std::string& name, double factor) {
  // Another order of the same five values is another side, and its mean the same.
  const double lift = name == "A" ? 1.0 : 1.002;
  std::vector<double> p90_ms;
  for (const double value : {0.990, 1.012, 1.001, 0.995, 1.006}) {
    p90_ms.push_back(value * lift * factor);
  }
  return side_of(name, p90_ms);
}

}  // namespace assay
