#include "tests/analysis/sample_runs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>

#include "analysis/dose_verdict.hpp"
#include "analysis/log_linear_histogram.hpp"
#include "analysis/percentile.hpp"
#include "analysis/tail_records.hpp"

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
  run.tool_version = "0.1.0";
  run.tool_revision = "abc1234";
  run.compiler = "g++ 12.2.0";
  run.build_type = "Release";
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

struct SampleShape {
  const char* scenario;
  const char* id;
  std::size_t query_count;
  std::uint64_t samples_per_query;
  double median_ms;
  double second_mode_ms;
  double target_percentile;
};

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

struct SampleDose {
  const char* id;
  double requested;  ///< bursts/s
  double achieved;
  double median_ms;
  double second_mode_ms;  ///< of 2 %, so it decides P99
};

DoseRecord noise(const SampleDose& dose) {
  const bool delivered = dose.achieved > 0.95 * dose.requested;
  return {.knob = "noise",
          .unit = "bursts/s",
          .requested = dose.requested,
          .achieved = dose.achieved,
          .achieved_alone = dose.requested,
          .cpu_share = 0.001 * dose.achieved,
          .length_requested_s = 0.001,
          .length_p50_s = 0.001002,
          .length_p99_s = 0.0014,
          .cpus = {0},
          .source = "own",
          .scheduling = "SCHED_FIFO 60",
          .delivered = delivered,
          .reason = delivered ? "" : "the real-time limit of the kernel held the bursts back"};
}

AttributionRecord sample_attribution(double dose, double threshold_s) {
  return {.slow_count = 48,
          .without_account = 0,
          .threshold_s = threshold_s,
          .excess_s = 0.12 + 0.002 * dose,
          .causes = {{.name = "generator", .excess_s = 0.0, .query_count = 0},
                     {.name = "own queueing", .excess_s = 0.08, .query_count = 31},
                     {.name = "run-queue wait", .excess_s = 0.002 * dose, .query_count = dose > 0.0 ? 14U : 0U},
                     {.name = "steal", .excess_s = 0.03, .query_count = 2},
                     {.name = "unattributed", .excess_s = 0.01, .query_count = 1}},
          .involuntary_switches_per_s = dose,
          .waited_share = 0.001 * dose,
          .accounting_share = 0.0004};
}

}  // namespace

RunDocument golden_run() {
  RunDocument run = common_run();
  run.id = "01JDEXAMPLE00000000000007F";
  run.scenario = "server";
  run.synthetic = true;
  // Six queries: 1.0, 1.1, 1.2, 1.3, 9.0 ms, and one that never came back.
  run.latency = {.count = 6,
                 .lost_count = 1,
                 .min_s = 0.001,
                 .percentiles_s = {{"p50", {.point = 0.0012, .lower = 0.001, .upper = 0.009, .confidence = 0.9375}},
                                   {"p99", {.point = {}, .lower = 0.009, .reason = "needs 293 more queries"}}},
                 .effective_sample_size = 4.5,
                 .histogram = {{509, 1}, {513, 1}, {516, 1}, {519, 1}, {610, 1}}};
  run.service_time = {.count = 2,
                      .mean_s = 0.000925,
                      .min_s = 0.0009,
                      .max_s = 0.00095,
                      .standard_deviation_s = 2.5e-05,
                      .percentiles_s = {{"p50", {.point = 0.0009, .reason = "needs 4 more samples"}}},
                      .effective_sample_size = 2.0,
                      .histogram = {{502, 1}, {505, 1}}};
  run.first_token =
      LatencyRecord{.count = 1, .mean_s = 0.0005, .min_s = 0.0005, .max_s = 0.0005, .histogram = {{477, 1}}};
  make_server(run);
  run.metric.point = 401.2;
  run.metric.reason = "one run has no interval; repeat it";
  run.query_count = run.sample_count = 6;
  run.interrupted = true;
  run.foreign_cpu_share.reset();
  run.not_available = {{"quality.foreign_cpu_share", "/proc/stat cannot be read here"}};
  run.interference = {{.knob = "noise",
                       .unit = "bursts/s",
                       .requested = 80.0,
                       .achieved = 79.5,
                       .achieved_alone = 81.0,
                       .cpu_share = 0.08,
                       .length_requested_s = 0.001,
                       .length_p50_s = 0.001002,
                       .length_p99_s = 0.0014,
                       .cpus = {1},
                       .source = "own",
                       .scheduling = "SCHED_FIFO 60",
                       .delivered = true,
                       .reason = ""},
                      {.knob = "background",
                       .unit = "share",
                       .requested = 0.75,
                       .achieved = {},
                       .cpus = {1},
                       .source = "stress-ng 0.15.06",
                       .scheduling = "as stress-ng sets it",
                       .delivered = false,
                       .reason = "the injector on CPU 1 was gone before the end"}};
  run.math_peek =
      MathPeekRecord{.rows = {{.name = "normal", .value_s = 0.0041, .ratio_to_measured = 0.456, .share_above = 0.17},
                              {.name = "measured", .value_s = 0.009, .ratio_to_measured = 1.0, .share_above = 0.0}},
                     .finding = "too low: more than 1 % of the queries were hit"};
  run.fleet = FleetRecord{.share = 0.01,
                          .share_upper = 0.02,
                          .autocorrelation = -0.05,
                          .rows = {{.devices = 100, .failure_probability = 0.634, .failure_probability_upper = 0.867}},
                          .even_odds = 69,
                          .even_odds_upper = 35};
  run.attribution = AttributionRecord{.slow_count = 2,
                                      .without_account = 1,
                                      .threshold_s = 0.0013,
                                      .excess_s = 0.0078,
                                      .causes = {{.name = "run-queue wait", .excess_s = 0.007, .query_count = 1},
                                                 {.name = "unattributed", .excess_s = 0.0008, .query_count = 1}},
                                      .involuntary_switches_per_s = 79.0,
                                      .waited_share = {},
                                      .accounting_share = 0.0004};
  run.not_available["result.attribution.waited_share"] = "switched off";
  run.errors = {{"lost", 1}};
  run.series = {{.t_s = 1.0, .completed = 5, .p50_s = 0.0012, .p99_s = {}}};
  run.warnings.push_back("a label with \"quotes\", a\ttab and µ");
  return run;
}

std::vector<RunDocument> sample_runs() {
  std::vector<RunDocument> runs{sample_run({"single", "01JDEXAMPLE0000000000000S1", 10'240, 1, 1.07, 8.0, 0.90}, 1),
                                sample_run({"multi", "01JDEXAMPLE0000000000000M2", 1'450, 8, 6.9, 16.0, 0.99}, 2),
                                sample_run({"server", "01JDEXAMPLE0000000000000V3", 4'788, 1, 2.1, 12.0, 0.99}, 3),
                                sample_run({"offline", "01JDEXAMPLE0000000000000F4", 1, 1, 1.0, 1.0, 0.99}, 4)};
  make_server(runs[2]);
  make_offline(runs[3]);
  return runs;
}

std::vector<RunDocument> dose_runs() {
  constexpr std::size_t kQueries = 4'800;
  std::vector<RunDocument> runs;
  for (const SampleDose& dose : {SampleDose{"01JDEXAMPLE0000000000000N0", 0.0, 0.0, 2.1, 5.0},
                                 SampleDose{"01JDEXAMPLE0000000000000N1", 40.0, 39.8, 2.15, 6.2},
                                 SampleDose{"01JDEXAMPLE0000000000000N2", 80.0, 79.5, 2.2, 7.4},
                                 SampleDose{"01JDEXAMPLE0000000000000N3", 160.0, 158.7, 2.35, 12.5},
                                 SampleDose{"01JDEXAMPLE0000000000000N4", 320.0, 291.0, 2.9, 19.0}}) {
    const auto seed = static_cast<unsigned>(10 + runs.size());
    RunDocument run = sample_run({"server", dose.id, kQueries, 1, dose.median_ms, dose.second_mode_ms, 0.99}, seed);
    const EstimateRecord p99 = run.latency.percentiles_s.at("p99");
    make_server(run);
    run.warnings.clear();
    run.valid = *p99.point <= *run.slo_s;
    run.metric = {.point = 399.0, .lower = {}, .upper = {}, .confidence = 0.95, .reason = "one run has no interval"};
    if (run.valid) {
      run.invalid_reasons.clear();
    } else {
      run.invalid_reasons.at(0).message = "P99 latency is above the window of 10.0 ms";
    }
    const LatencyDistribution distribution(latencies(kQueries, dose.median_ms, dose.second_mode_ms, seed));
    run.math_peek = math_peek_record(distribution, Percentile::of_percent(99));
    run.fleet =
        fleet_record(distribution, {.percentile = Percentile::of_percent(99), .limit = Nanoseconds{10'000'000}});
    run.attribution = sample_attribution(dose.requested, *p99.point);
    run.slo_met_share->point = 1.0 - run.fleet->share;
    run.slo_met_share->lower = 1.0 - run.fleet->share_upper;
    run.slo_met_share->upper.reset();
    if (dose.requested > 0.0) {
      run.interference = {noise(dose)};
    }
    for (const InvalidReason& problem : dose_problems(run.interference)) {
      run.valid = false;
      run.invalid_reasons.push_back(problem);
    }
    runs.push_back(run);
  }
  return runs;
}

}  // namespace assay
