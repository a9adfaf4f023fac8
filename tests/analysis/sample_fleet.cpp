#include "tests/analysis/sample_fleet.hpp"

#include <fmt/format.h>

#include <random>

#include "harness/digest.hpp"

namespace assay {

namespace {

EstimateRecord estimate(double point, double half_share) {
  return {.point = point, .lower = point * (1.0 - half_share), .upper = point * (1.0 + half_share)};
}

Machine two_cores() {
  Machine machine;
  machine.cpu_model = "AMD EPYC 7B13";
  machine.architecture = "x86_64";
  machine.isa = {"sse2", "avx2"};
  machine.package_count = 1;
  machine.core_count = 2;
  machine.numa_node_count = 1;
  machine.hardware_threads = {{.os_index = 0, .core = 0}, {.os_index = 1, .core = 1}};
  machine.data_caches = {{.level = 1, .size = Bytes{32768}, .line = Bytes{64}, .instance_count = 2},
                         {.level = 3, .size = Bytes{33554432}, .line = Bytes{64}, .sharing_cores = 2}};
  machine.memory_total = Bytes{std::uint64_t{8} << 30U};
  machine.operating_system = "Debian GNU/Linux 12 (bookworm)";
  machine.kernel_release = "6.1.0-28-amd64";
  machine.virtualization = "kvm";
  machine.not_visible = {"governor: no cpufreq in this virtual machine"};
  return machine;
}

BundleEntry run_entry(const std::string& step, std::uint64_t repeat, const EntryFigure& figure) {
  BundleEntry entry;
  entry.step = step;
  entry.title = step + ", a measurement of the sample";
  entry.kind = "run";
  entry.repeat = repeat;
  entry.file = fmt::format("runs/{}-{}.run.json", step, repeat);
  entry.sha256 = sha256_hex(entry.file);
  entry.comparability_key = "sha256:" + sha256_hex(step);
  entry.scenario = step == "soak" ? "single" : step;
  entry.command = fmt::format("assay run gemv --scenario {}", entry.scenario);
  entry.valid = true;
  entry.figures = {figure};
  return entry;
}

BundleEntry roofline_entry(const std::vector<EntryFigure>& figures) {
  BundleEntry entry;
  entry.step = "roofline";
  entry.title = "measured ceilings";
  entry.kind = "roofline";
  entry.file = "runs/roofline-1.roofline.json";
  entry.sha256 = sha256_hex(entry.file);
  entry.command = "assay roofline --duration 10s";
  entry.valid = true;
  entry.figures = figures;
  return entry;
}

void add_runs(BundleRecord& record, std::mt19937_64& bits) {
  std::normal_distribution<double> noise(1.0, 0.006);
  for (std::uint64_t repeat = 1; repeat <= 3; ++repeat) {
    record.entries.push_back(
        run_entry("single", repeat,
                  {.name = "p90 latency (early stopping)", .unit = "s", .estimate = {.point = 6.4e-3 * noise(bits)}}));
    record.entries.push_back(
        run_entry("offline", repeat,
                  {.name = "samples per second", .unit = "samples/s", .estimate = {.point = 163.0 * noise(bits)}}));
  }
  record.entries.push_back(run_entry(
      "soak", 1,
      {.name = "p99 latency (early stopping)", .unit = "s", .estimate = estimate(8.1e-3 * noise(bits), 0.01)}));
}

void make_invalid(BundleRecord& record) {
  for (BundleEntry& entry : record.entries) {
    if (entry.step == "single") {
      entry.valid = false;
      entry.invalid_codes = {"background_load"};
    }
  }
}

}  // namespace

BundleRecord sample_bundle(std::size_t number, const std::string& label) {
  std::mt19937_64 bits(number);
  std::normal_distribution<double> noise(1.0, 0.004);
  BundleRecord record;
  record.id = fmt::format("01JD{:022}", number);
  record.created = fmt::format("2026-11-24T{:02}:{:02}:09Z", (number / 60) % 24, number % 60);
  record.suite = "default";
  record.suite_sha256 = sha256_hex("default");
  record.title = "Ceilings, a mission bound by bandwidth, its tail and a short soak";
  record.lighthouse_step = "offline";
  record.metric = "throughput";
  record.machine = two_cores();
  record.identity = {
      .label = label, .id = "k:" + sha256_hex(label).substr(0, 16), .machine_class = "c:51aa01c2d3e4f506"};
  record.tool.version = "0.1.0";
  record.tool.revision = "3f2a1b0c4d5e";
  record.tool.compiler = "g++ 12.2.0";
  record.tool.build_type = "Release";
  record.duration_s = 241.5;
  record.complete = true;
  record.entries.push_back(roofline_entry(
      {{.name = "f32 peak, 2 threads", .unit = "flop/s", .estimate = estimate(2.05e11 * noise(bits), 0.004)},
       {.name = "f64 peak, 2 threads", .unit = "flop/s", .estimate = estimate(1.03e11 * noise(bits), 0.004)},
       {.name = "L1 bandwidth, 2 threads", .unit = "B/s", .estimate = estimate(3.9e11 * noise(bits), 0.005)},
       {.name = "L3 bandwidth, 2 threads", .unit = "B/s", .estimate = estimate(9.2e10 * noise(bits), 0.008)},
       {.name = "memory bandwidth, 2 threads", .unit = "B/s", .estimate = estimate(2.01e10 * noise(bits), 0.006)},
       {.name = "memory latency, small pages", .unit = "s", .estimate = estimate(1.07e-7 * noise(bits), 0.006)}}));
  add_runs(record, bits);
  return record;
}

std::vector<BundleRecord> sample_fleet(std::size_t count) {
  std::vector<BundleRecord> fleet;
  for (std::size_t number = 1; number <= count; ++number) {
    BundleRecord record = sample_bundle(number, fmt::format("n{:02}", number));
    if (number == 5) {
      make_invalid(record);
    } else if (number == 11) {
      record.entries.pop_back();
      record.gaps.push_back({.step = "soak", .reason = "the suite was interrupted before it"});
      record.complete = false;
      record.interrupted = true;
    } else if (number == 13) {
      record.entries.erase(record.entries.begin());
      record.gaps.push_back({.step = "roofline", .reason = "it gave no result"});
      record.complete = false;
    } else if (number == 17) {
      record.entries.front().figures.at(4).estimate = estimate(2.01e10 * 0.91, 0.004);
    }
    fleet.push_back(std::move(record));
  }
  return fleet;
}

std::vector<FoundBundle> found(const std::vector<BundleRecord>& records) {
  std::vector<FoundBundle> bundles;
  for (const BundleRecord& record : records) {
    bundles.push_back({.place = record.identity.label + "/bundle", .summary = summary_of(record)});
  }
  return bundles;
}

}  // namespace assay
