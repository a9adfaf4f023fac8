#include "tests/analysis/sample_run_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>

#include "analysis/log_linear_histogram.hpp"
#include "analysis/percentile.hpp"
#include "analysis/serving_iterations.hpp"

namespace assay {
namespace {

EstimateRecord percentile_of(std::span<const std::int64_t> ascending, double percent) {
  const auto n = ascending.size();
  const Percentile percentile = Percentile::of_percent(percent);
  const auto value = [&](double rank) {
    const auto clamped = std::clamp(rank, 1.0, static_cast<double>(n));
    return static_cast<double>(ascending[static_cast<std::size_t>(clamped) - 1]) / 1e9;
  };
  const auto rank = static_cast<double>(percentile.rank(n));
  const double p = percentile.fraction();
  const double half_width = 1.96 * std::sqrt(static_cast<double>(n) * p * (1.0 - p));
  EstimateRecord estimate{.point = value(rank),
                          .lower = value(std::floor(rank - half_width)),
                          .upper = {},
                          .confidence = 0.95,
                          .reason = ""};
  if (rank + half_width + 1.0 <= static_cast<double>(n)) {
    estimate.upper = value(std::ceil(rank + half_width + 1.0));
  } else {
    estimate.reason = "the sample is too small for an upper limit; a longer run gives one";
  }
  return estimate;
}

LatencyRecord record_of(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  LatencyRecord record;
  record.count = values.size();
  double sum = 0.0;
  for (const auto value : values) {
    sum += static_cast<double>(value) / 1e9;
  }
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0.0;
  for (const auto value : values) {
    squares += std::pow(static_cast<double>(value) / 1e9 - mean, 2);
  }
  record.mean_s = mean;
  record.min_s = static_cast<double>(values.front()) / 1e9;
  record.max_s = static_cast<double>(values.back()) / 1e9;
  record.standard_deviation_s = std::sqrt(squares / static_cast<double>(values.size()));
  for (const double percent : {50.0, 90.0, 95.0, 97.0, 99.0, 99.9}) {
    record.percentiles_s[Percentile::of_percent(percent).name()] = percentile_of(values, percent);
  }
  record.effective_sample_size = 0.8 * static_cast<double>(values.size());
  record.histogram = LogLinearHistogram::of_sorted(values).export_bins();
  return record;
}

Machine small_virtual_machine() {
  Machine machine;
  machine.cpu_model = "Example Xeon 2.60 GHz";
  machine.architecture = "x86_64";
  machine.isa = {"avx2", "fma", "avx512f"};
  machine.package_count = 1;
  machine.core_count = 2;
  machine.numa_node_count = 1;
  machine.hardware_threads = {
      {.os_index = 0, .core = 0, .smt_rank = 0, .package = 0, .numa_node = 0, .core_kind = 0, .allowed = true},
      {.os_index = 1, .core = 1, .smt_rank = 0, .package = 0, .numa_node = 0, .core_kind = 0, .allowed = true}};
  machine.data_caches = {{.level = 1, .size = {49152}, .line = {64}, .sharing_cores = 1, .instance_count = 2},
                         {.level = 2, .size = {2097152}, .line = {64}, .sharing_cores = 1, .instance_count = 2},
                         {.level = 3, .size = {110100480}, .line = {64}, .sharing_cores = 2, .instance_count = 1}};
  machine.memory_total = {25769803776};
  machine.operating_system = "Debian GNU/Linux 12 (bookworm)";
  machine.kernel_release = "6.1.0-28-amd64";
  machine.virtualization = "kvm";
  machine.not_visible = {"governor: no cpufreq in this virtual machine", "temperature: no hwmon sensor"};
  return machine;
}

RunConditions conditions_of_a_virtual_machine() {
  return {{{.check = "virtualization",
            .state = CheckState::warn,
            .fact = "kvm guest",
            .consequence = "tail latency: the host may take the CPU away",
            .source = "CPUID leaf 1",
            .remedy = "measure on bare metal for P99 below 2 ms",
            .undo = ""},
           {.check = "other_load",
            .state = CheckState::ok,
            .fact = "0.4 % of the CPU time in the last 10 s",
            .consequence = "",
            .source = "/proc/pressure/cpu",
            .remedy = "",
            .undo = ""},
           {.check = "governor",
            .state = CheckState::not_visible,
            .fact = "no cpufreq in this virtual machine",
            .consequence = "throughput: a change of frequency cannot be excluded",
            .source = "/sys/devices/system/cpu/cpu0/cpufreq",
            .remedy = "",
            .undo = ""},
           {.check = "transparent_huge_pages",
            .state = CheckState::note,
            .fact = "madvise",
            .consequence = "bandwidth: arrays may use 4 KiB pages",
            .source = "/sys/kernel/mm/transparent_hugepage/enabled",
            .remedy = "echo always | sudo tee /sys/kernel/mm/transparent_hugepage/enabled",
            .undo = "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled"}}};
}

}  // namespace

/// Nanoseconds: log-normal about `median_ms`, and a share of 2 % about `second_mode_ms`.
std::vector<std::int64_t> latencies(std::size_t n, double median_ms, double second_mode_ms, unsigned seed) {
  std::mt19937_64 bits(seed);
  const auto uniform = [&] { return (static_cast<double>(bits() >> 11) + 0.5) / 9007199254740992.0; };
  std::vector<std::int64_t> values(n);
  for (auto& value : values) {
    const double normal = std::sqrt(-2.0 * std::log(uniform())) * std::cos(6.283185307179586 * uniform());
    const double milliseconds =
        uniform() < 0.02 ? second_mode_ms * std::exp(0.25 * normal) : median_ms * std::exp(0.13 * normal);
    value = static_cast<std::int64_t>(milliseconds * 1e6);
  }
  return values;
}

RunDocument common_run() {
  RunDocument run;
  run.created = "2026-11-24T03:12:09Z";
  run.workload = "mlp";
  run.workload_version = 2;
  run.workload_parameters = {{"batch", "1"}, {"dtype", "f32"}, {"width", "1024"}};
  run.work_flops = 6291456;
  run.traffic_bytes = 12582912;
  run.output_check = "ok 3.1e-06 (bound 1e-05), 256 sampled";
  run.mode = "performance";
  run.seed = 42;
  run.stream = "assay";
  run.min_duration_s = 10.0;
  run.min_query_count = 100;
  run.warm_up_s = 2.0;
  run.valid = true;
  run.tool.version = "0.1.0";
  run.tool.revision = "abc1234";
  run.tool.compiler = "g++ 12.2.0";
  run.tool.build_type = "Release";
  run.clock = {.source = "CLOCK_MONOTONIC_RAW (tsc)",
               .cost_ns = 23.4,
               .resolution_ns = 1,
               .backward_steps = 0,
               .wake_error_p50 = Nanoseconds{57'000},
               .wake_error_p90 = Nanoseconds{81'000},
               .wake_error_max = Nanoseconds{412'000},
               .spin_margin = Nanoseconds{120'000}};
  run.machine = small_virtual_machine();
  run.machine_identity = {.label = "lab3-07", .id = "k:9c1e0f", .machine_class = "c:51aa20"};
  run.placement = {
      .issuing_cpus = {1}, .worker_cpus = {0}, .shared = false, .why = "one core each; CPU 0 takes interrupts"};
  run.conditions = conditions_of_a_virtual_machine();
  run.observer = "none";
  run.steal_share = 0.0021;
  run.foreign_cpu_share = 0.013;
  run.clock_disagreement_s = 1.5e-6;
  return run;
}

RunDocument sample_run(const SampleShape& shape, unsigned seed) {
  RunDocument run = common_run();
  run.scenario = shape.scenario;
  run.id = shape.id;
  run.samples_per_query = shape.samples_per_query;
  run.percentile = shape.target_percentile;
  run.query_count = shape.query_count;
  run.sample_count = shape.query_count * shape.samples_per_query;
  const auto values = latencies(shape.query_count, shape.median_ms, shape.second_mode_ms, seed);
  run.latency = record_of(values);
  run.service_time = record_of(latencies(shape.query_count, 0.9 * shape.median_ms, 0.9 * shape.second_mode_ms, seed));
  run.duration_s = *run.latency.mean_s * static_cast<double>(shape.query_count);
  run.queries_per_s = static_cast<double>(run.query_count) / run.duration_s;
  run.samples_per_s = static_cast<double>(run.sample_count) / run.duration_s;
  const std::string name = Percentile::of_percent(shape.target_percentile * 100.0).name();
  run.metric_name = name + " latency (early stopping)";
  run.metric_unit = "s";
  run.metric = run.latency.percentiles_s.at(name);
  for (int second = 1; second <= 12; ++second) {
    run.series.push_back({.t_s = static_cast<double>(second),
                          .completed = shape.query_count / 12,
                          .p50_s = run.latency.percentiles_s.at("p50").point,
                          .p99_s = run.latency.percentiles_s.at("p99").point});
  }
  return run;
}

// Ceilings of 100 op/s and 10 B/s. A prompt of 40 ops and 2 B in 0.8 s of the device, then an answer of 5 ops and 4 B
// in 0.5 s, half of whose tokens are computed again; 0.05 s of the host before each, and nothing to do for the last 0.1
// s.
ServingRecord sample_serving() {
  ServingAccount account({.products_flops_per_s = 100.0,
                          .attention_flops_per_s = 100.0,
                          .read_bytes_per_s = 10.0,
                          .source = "measured in the warm-up"});
  account.add({.begin_ns = 0,
               .device_begin_ns = 50'000'000,
               .device_end_ns = 850'000'000,
               .end_ns = 850'000'000,
               .products_flops = 30.0,
               .attention_flops = 10.0,
               .bytes = 2.0,
               .tokens = 32,
               .prompt_tokens = 32,
               .new_tokens = 1,
               .sequences = 1,
               .pages = 2});
  account.add({.begin_ns = 850'000'000,
               .device_begin_ns = 900'000'000,
               .device_end_ns = 1'400'000'000,
               .end_ns = 1'400'000'000,
               .products_flops = 5.0,
               .bytes = 4.0,
               .tokens = 2,
               .new_tokens = 1,
               .recomputed = 1,
               .sequences = 2,
               .pages = 3,
               .preemptions = 1,
               .gap_sum_ns = 550'000'000,
               .gaps = 1});
  ServingRecord serving = account.take(1'500'000'000);
  serving.model = "tiny, int8 weights";
  serving.settings = {{"max_slots", "16"}, {"batching", "continuous"}};
  serving.pages_total = 8;
  serving.ttft_limit_s = 4.0;
  serving.tpot_limit_s = 0.25;
  serving.ttft_met_share = EstimateRecord{.point = 0.9, .lower = 0.8, .upper = 0.96};
  serving.tpot_met_share = EstimateRecord{.point = 0.95, .lower = 0.85, .upper = 0.99};
  serving.goodput_requests_per_s = 0.5;
  serving.goodput_tokens_per_s = 12.0;
  serving.within_windows_share = 0.75;
  serving.token_gap = {.count = 1,
                       .mean_s = 0.55,
                       .max_s = 0.55,
                       .percentiles_s = {{"p50", 0.55}, {"p99", 0.55}},
                       .histogram = {{800, 1}}};
  serving.time_model = {.compute_share = 0.8,
                        .bandwidth_share = 0.9,
                        .overlap_loss = 0.6,
                        .host_s = 2e-5,
                        .observations = 12,
                        .error_rms = 0.04};
  serving.predicted_over_measured = 1.05;
  serving.prediction_error_rms = 0.08;
  serving.price_per_hour = 2.5;
  serving.dollars_per_million_tokens = 520.8;
  serving.not_available = {{"joules_per_token", "no energy was measured; --soak reads the sensors"}};
  return serving;
}

void make_server(RunDocument& run) {
  run.arrivals = "poisson";
  run.rate_target_hz = 400.0;
  run.rate_scheduled_hz = 401.2;
  run.duration_s = 12.0;
  run.queries_per_s = run.samples_per_s = 399.0;
  run.slo_s = 0.010;
  run.slo_met_share =
      EstimateRecord{.point = 0.9824, .lower = 0.9781, .upper = 0.986, .confidence = 0.95, .reason = ""};
  run.metric_name = "completed samples per second within the window";
  run.metric_unit = "samples/s";
  run.metric = {.point = {},
                .lower = {},
                .upper = {},
                .confidence = 0.95,
                .reason = "P99 latency 11.9 ms is above the window of 10.0 ms"};
  run.lateness = {.p50_s = 4.1e-7,
                  .p90_s = 2.2e-6,
                  .p99_s = 3.1e-5,
                  .max_s = 4.4e-4,
                  .late_share = 0.002,
                  .threshold_s = 1e-4,
                  .allowed_share = 0.01};
  run.valid = false;
  run.invalid_reasons = {{.code = "latency_constraint",
                          .message = "P99 latency 11.9 ms is above the window of 10.0 ms",
                          .remedy = "assay peak mlp --slo 10ms"}};
  run.warnings = {"the generator and a worker share a memory bus"};
}

void make_offline(RunDocument& run) {
  run.query_count = 1;
  run.sample_count = 24'576;
  run.samples_per_query = 24'576;
  run.duration_s = 11.2;
  run.queries_per_s = 1.0 / 11.2;
  run.samples_per_s = 24'576 / 11.2;
  run.latency = record_of({11'200'000'000});
  run.service_time = record_of(latencies(24'576, 0.85, 6.0, 9));
  run.metric_name = "samples per second";
  run.metric_unit = "samples/s";
  run.metric = {.point = run.samples_per_s,
                .lower = {},
                .upper = {},
                .confidence = 0.95,
                .reason = "one run has no interval; repeat it"};
  run.series.clear();
}

}  // namespace assay
