#include <cmath>
#include <exception>
#include <string>
#include <vector>

#include "harness/gpu_activity.hpp"
#include "tools/gpu_check/check_run.hpp"

namespace assay::gpu_check {
namespace {

/// What is seen while one work repeats for some seconds.
struct Watched {
  double rate = 0.0;  ///< steps a second by the host's clock, gaps included
  double sm_clock_hz = 0.0;
  Reading<GpuActivity> activity = Unavailable{"not read"};
  Reading<GpuUtilisation> utilisation = Unavailable{"not read"};
  Reading<double> counter_w = Unavailable{"not read"};  ///< energy counter / time
  Reading<double> instant_w = Unavailable{"not read"};  ///< mean of the instant readings, by time
};

/// Repeats in stretches of about 50 ms, and reads the instant power between them.
Watched watch(CheckRun& run, CardWork& work, double seconds) {
  const GpuBoard& board = *run.board;
  const CardSamples sized = sample(work, 1.0, 0.05, 3);  // warm: clock and heat as they will be
  auto meter = GpuActivityMeter::open(board);
  Watched seen;
  std::optional<Unavailable> failed = meter ? (*meter)->begin() : std::optional(Unavailable{meter.reason()});
  const Reading<double> energy_before = board.energy_j();
  const double begin = now_s();
  double last = begin;
  double power_time = 0.0;
  std::uint64_t steps = 0;
  std::vector<double> clocks;
  bool power_read = true;
  while (now_s() - begin < seconds) {
    const AssayGpuTiming timing = work.repeat(sized.steps);
    steps += sized.steps;
    clocks.push_back(timing.sm_clock_hz);
    const Reading<double> power = board.instant_power_w();
    const double now = now_s();
    if (power) {
      power_time += *power * (now - last);
    } else {
      seen.instant_w = Unavailable{power.reason()};
      power_read = false;
    }
    last = now;
  }
  const Reading<double> energy_after = board.energy_j();
  const double took = now_s() - begin;
  seen.activity = failed ? Reading<GpuActivity>{*failed} : (*meter)->end();
  seen.utilisation = board.utilisation();
  seen.rate = static_cast<double>(steps) / took;
  seen.sm_clock_hz = spread_of(clocks).median;
  if (power_read && last > begin) {
    seen.instant_w = power_time / (last - begin);
  }
  seen.counter_w = !energy_before  ? Reading<double>{Unavailable{energy_before.reason()}}
                   : !energy_after ? Reading<double>{Unavailable{energy_after.reason()}}
                                   : Reading<double>{(*energy_after - *energy_before) / took};
  return seen;
}

Spread one_value(double value) {
  return {.median = value, .lower = {}, .upper = {}, .least = value, .most = value, .count = 1};
}

/// Dense operations in bf16 of one multiprocessor in one cycle, as NVIDIA's white papers of the architectures state
/// them (A100: 1,024 fused multiply-adds, L40S 512, H100 2,048, B200 4,096). A datasheet's peak is no measure of it:
/// that of Hopper holds at 1,830 MHz, its highest clock is 1,980.
std::optional<double> tensor_operations_of_cycle(const AssayGpuFacts& facts) {
  struct Architecture {
    std::int32_t major;
    std::int32_t minor;
    double operations;
  };
  for (const Architecture& of :
       {Architecture{8, 0, 2048}, Architecture{8, 9, 1024}, Architecture{9, 0, 4096}, Architecture{10, 0, 8192}}) {
    if (of.major == facts.compute_major && of.minor == facts.compute_minor) {
      return of.operations;
    }
  }
  return std::nullopt;
}

/// GPM's share beside the computed one: within five points.
void compare_shares(CheckRun& run, const std::string& name, const Reading<double>& witness,
                    const std::optional<double>& computed, const std::string& computed_from) {
  Row row{.part = "witness", .name = name, .unit = "points apart", .reference = 5.0, .reference_name = "5 points"};
  row.target = Target{.text = "<= 5 points", .share = 1.0, .at_most = true};
  if (!witness) {
    row.note = witness.reason();
  } else if (!computed) {
    row.note = "GPM says " + number_text(100.0 * *witness) + " %; no datasheet figure to compute a share of";
  } else {
    row.value = one_value(100.0 * std::abs(*witness - *computed));
    row.note = "GPM " + number_text(100.0 * *witness) + " %, computed " + number_text(100.0 * *computed) + " % of " +
               computed_from;
  }
  run.findings.add(std::move(row));
}

void compare_power(CheckRun& run, const Watched& seen) {
  Row row{.part = "witness",
          .name = "energy counter, instant power",
          .unit = "% apart",
          .reference = 5.0,
          .reference_name = "5 %"};
  row.target = Target{.text = "<= 5 %", .share = 1.0, .at_most = true};
  if (seen.counter_w && seen.instant_w && *seen.counter_w > 0.0) {
    row.value = one_value(100.0 * std::abs(*seen.instant_w / *seen.counter_w - 1.0));
    row.note = "counter " + number_text(*seen.counter_w) + " W, instant " + number_text(*seen.instant_w) + " W";
  } else {
    row.note = seen.counter_w ? seen.instant_w.reason() : seen.counter_w.reason();
  }
  run.findings.add(std::move(row));
}

std::string utilisation_text(const Watched& seen) {
  return seen.utilisation ? number_text(100.0 * seen.utilisation->kernels) + " %"
                          : "not available: " + seen.utilisation.reason();
}

void watch_product(CheckRun& run) {
  CardWork work(run.table, run.device, "gemm", {{"dtype", "bf16"}, {"candidates", "8"}});
  const Watched seen = watch(run, work, 15.0 * run.scale);
  const double rate = seen.rate * work.shape().step_work;
  Row row{.part = "witness", .name = "bf16 product, sustained", .unit = "Tflop/s", .value = one_value(1e-12 * rate)};
  row.sm_clock_hz = seen.sm_clock_hz > 0.0 ? std::optional(seen.sm_clock_hz) : std::nullopt;
  const std::optional<double> stated = run.stated("f16");
  if (stated) {
    row.reference = 1e-12 * *stated;
    row.reference_name = "datasheet";
  }
  row.note = "utilisation as commonly read: " + utilisation_text(seen);
  run.findings.add(std::move(row));
  std::optional<double> computed;
  const std::optional<double> of_cycle = tensor_operations_of_cycle(run.facts);
  if (of_cycle && seen.sm_clock_hz > 0.0) {
    computed = rate / (*of_cycle * run.facts.multiprocessors * seen.sm_clock_hz);
  }
  compare_shares(run, "tensor pipe", seen.activity ? seen.activity->tensor : Unavailable{seen.activity.reason()},
                 computed, "what the architecture does in the cycles that it ran");
  compare_power(run, seen);
}

void watch_read(CheckRun& run) {
  CardWork work(run.table, run.device, "stream", {{"mix", "read"}});
  const Watched seen = watch(run, work, 10.0 * run.scale);
  const double rate = seen.rate * static_cast<double>(work.shape().step_traffic_bytes);
  const std::optional<double> stated = run.stated("bandwidth");
  compare_shares(run, "memory bandwidth", seen.activity ? seen.activity->dram : Unavailable{seen.activity.reason()},
                 stated ? std::optional(rate / *stated) : std::nullopt, "the stated bandwidth");
  run.findings.note("while reading memory", "utilisation as commonly read: " + utilisation_text(seen));
}

}  // namespace

void check_witness(CheckRun& run) {
  if (!run.board) {
    run.findings.add({.part = "witness", .name = "NVML", .unit = "", .note = run.board.reason()});
    return;
  }
  struct Part {
    const char* name;
    void (*check)(CheckRun& run);
    double needed_s;
  };
  for (const auto& [name, part, needed_s] :
       {Part{"bf16 product, sustained", watch_product, 20.0}, Part{"memory bandwidth", watch_read, 12.0}}) {
    if (!run.has_time("witness", name, needed_s * run.scale)) {
      continue;
    }
    try {
      part(run);
    } catch (const std::exception& error) {
      run.findings.add({.part = "witness", .name = name, .unit = "", .note = error.what()});
    }
  }
}

}  // namespace assay::gpu_check
