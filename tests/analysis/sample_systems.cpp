#include "tests/analysis/sample_systems.hpp"

#include <fmt/format.h>

#include <fstream>

#include "analysis/roofline_file.hpp"
#include "analysis/run_file.hpp"
#include "harness/digest.hpp"
#include "tests/analysis/sample_rooflines.hpp"
#include "tests/analysis/sample_run_parts.hpp"

namespace assay {
namespace {

RunDocument run_of(const SampleSystem& system, const std::string& scenario, std::size_t repeat) {
  RunDocument run = common_run();
  run.id = fmt::format("01JDEXAMPLE0000000000{}{}{}", scenario.substr(0, 2), repeat, system.id.substr(24));
  run.workload = "gemv";
  run.workload_version = 1;
  run.workload_parameters = {{"dtype", "f32"}, {"size", "64MiB"}};
  run.work_flops = system.flops;
  run.traffic_bytes = system.traffic;
  run.scenario = scenario;
  run.warm_up_s = system.warm_up_s;
  run.machine_identity = {.label = system.label, .id = "k:" + system.label, .machine_class = "c:1"};
  run.placement.worker_cpus.clear();
  for (std::size_t i = 0; i < system.threads; ++i) {
    run.placement.worker_cpus.push_back(static_cast<int>(i));
  }
  run.steal_share = 0.0;
  run.foreign_cpu_share = 0.01;
  run.samples_per_s = system.samples_per_s.empty() ? 1.0 : system.samples_per_s[repeat % system.samples_per_s.size()];
  run.sample_count = 45'000;
  run.query_count = 1;
  return run;
}

void add_run(LoadedBundle& bundle, RunDocument run, const std::string& step, std::size_t repeat) {
  bundle.runs.push_back({.entry = {.step = step,
                                   .title = step,
                                   .kind = "run",
                                   .repeat = repeat + 1,
                                   .file = fmt::format("runs/{}-{}.run.json", step, repeat + 1),
                                   .sha256 = "",
                                   .comparability_key = comparability_key(run),
                                   .scenario = run.scenario,
                                   .command = "assay run gemv",
                                   .valid = run.valid,
                                   .interrupted = run.interrupted,
                                   .invalid_codes = {}},
                         .run = std::move(run)});
}

/// Five rounds that differ by up to a percent.
std::vector<std::vector<double>> rates(double rate) {
  std::vector<std::vector<double>> all;
  for (const double round : {1.0, 0.995, 0.998, 0.992, 0.996}) {
    all.push_back({});
    for (const double sample : {1.0, 0.999, 0.998, 0.9985, 0.9995}) {
      all.back().push_back(rate * round * sample);
    }
  }
  return all;
}

RooflineMeasurement roofline_of(const SampleSystem& system) {
  RooflineMeasurement m = small_roofline();
  m.machine_identity = {.label = system.label, .id = "k:" + system.label, .machine_class = "c:1"};
  m.levels = {
      {.name = "DRAM", .reported_bytes = {}, .measured_bytes = {}, .working_set_bytes = 268435456, .note = "no knee"}};
  m.subjects.clear();
  m.subjects.push_back(subject_of(
      {.id = "fma", .kind = SubjectKind::compute, .dtype = "f32", .threads = system.threads, .work = 16'000.0},
      rates(system.peak_flops_per_s)));
  m.subjects.push_back(subject_of({.id = "load",
                                   .kind = SubjectKind::bandwidth,
                                   .level = "DRAM",
                                   .mix = "load",
                                   .threads = system.threads,
                                   .bytes = 64.0},
                                  rates(system.bandwidth_bytes_per_s)));
  return m;
}

std::string put_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  return sha256_hex(text);
}

}  // namespace

SampleSystem tall_system() { return {}; }

SampleSystem wide_system() {
  return {.id = "01JDEXAMPLE0000000000000B2",
          .samples_per_s = {8000.0, 8030.0, 7970.0},
          .p99_s = {0.006, 0.0061, 0.0059},
          .peak_flops_per_s = 50e9,
          .bandwidth_bytes_per_s = 20e9};
}

LoadedBundle sample_bundle(const SampleSystem& system) {
  LoadedBundle bundle;
  BundleRecord& record = bundle.record;
  record.id = system.id;
  record.created = "2026-11-24T03:12:09Z";
  record.suite = "sample";
  record.suite_sha256 = "aa";
  record.title = "Sample";
  record.track = "edge";
  record.lighthouse_step = "offline";
  record.metric = "throughput";
  record.system = system.kind;
  record.limits = system.limits;
  record.tool.version = "0.1.0";
  record.complete = true;
  for (std::size_t i = 0; i < system.p99_s.size(); ++i) {
    RunDocument run = run_of(system, "single", i);
    run.latency = {.count = 2, .mean_s = 0.0015, .min_s = 0.001, .max_s = 0.002, .histogram = {{509, 1}, {541, 1}}};
    run.latency.percentiles_s["p99"] = {.point = system.p99_s[i], .lower = {}, .upper = {}, .reason = ""};
    add_run(bundle, std::move(run), "single", i);
  }
  for (std::size_t i = 0; i < system.samples_per_s.size(); ++i) {
    add_run(bundle, run_of(system, "offline", i), "offline", i);
  }
  record.machine = bundle.runs.empty() ? Machine{} : bundle.runs.front().run.machine;
  record.identity = {.label = system.label, .id = "k:" + system.label, .machine_class = "c:1"};
  for (const BundledRun& one : bundle.runs) {
    record.entries.push_back(one.entry);
  }
  bundle.roofline = roofline_of(system);
  return bundle;
}

std::filesystem::path write_sample_bundle(const SampleSystem& system, const std::filesystem::path& folder) {
  LoadedBundle bundle = sample_bundle(system);
  std::filesystem::create_directories(folder / "runs");
  bundle.record.entries.clear();
  for (BundledRun& one : bundle.runs) {
    one.entry.sha256 = put_file(folder / one.entry.file, to_json(one.run));
    bundle.record.entries.push_back(one.entry);
  }
  const Roofline roofline = fit_roofline(*bundle.roofline);
  BundleEntry entry{.step = "roofline", .title = "ceilings", .kind = "roofline", .file = "runs/roofline.json"};
  entry.sha256 = put_file(folder / entry.file, roofline_json(*bundle.roofline, roofline, {}));
  entry.command = "assay roofline";
  entry.valid = true;
  bundle.record.entries.push_back(entry);
  put_file(folder / kBundleFile, bundle_json(bundle.record));
  return folder;
}

}  // namespace assay
