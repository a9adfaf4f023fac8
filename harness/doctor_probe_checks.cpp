#include <fmt/format.h>

#include "harness/doctor_checks.hpp"

namespace assay {

Finding check_detect_virt(const CheckInput& input, const std::optional<std::string>& detected) {
  Finding finding{.check = "detect_virt", .source = "systemd-detect-virt"};
  if (!detected || detected->empty()) {
    finding.state = CheckState::not_applicable;
    finding.fact = "systemd-detect-virt is not installed";
    return finding;
  }
  const std::string& ours = input.machine.virtualization;
  if (ours == *detected) {
    finding.fact = "systemd-detect-virt agrees: " + *detected;
    return finding;
  }
  finding.state = CheckState::note;
  const bool part = ("+" + ours + "+").find("+" + *detected + "+") != std::string::npos;
  finding.fact = "systemd-detect-virt says " + *detected + ", the CPU and the container's marks say " + ours;
  finding.consequence = part ? "none: it names one layer of several; both count for the tail"
                             : "tail latency: which layer takes CPU time is uncertain";
  return finding;
}

Finding check_gpu(const Reading<GpuPresence>& gpu) {
  Finding finding{.check = "gpu", .source = "NVML (libnvidia-ml.so.1)"};
  if (!gpu) {
    // A driver that is installed and fails may hide a GPU; without a driver there is none to use.
    const bool driver_failed = gpu.reason().starts_with("nvml");
    finding.state = driver_failed ? CheckState::not_visible : CheckState::not_applicable;
    finding.fact = fmt::format("{}: {}", driver_failed ? "the driver shows no GPU" : "no GPU", gpu.reason());
    finding.consequence = driver_failed ? "GPU metrics: not available" : "";
    return finding;
  }
  finding.fact = fmt::format("{}, driver {}", fmt::join(gpu->names, ", "), gpu->driver_version);
  return finding;
}

Finding check_effective_clock(const Reading<EffectiveClock>& effective) {
  Finding finding{.check = "effective_clock", .source = "a chain of dependent additions, one a cycle"};
  if (!effective) {
    finding.state = CheckState::not_visible;
    finding.fact = "the rate that the core runs at is not known: " + effective.reason();
    finding.consequence = "percent of peak: there is no clock to refer it to";
    return finding;
  }
  constexpr double kGiga = 1e9;
  constexpr double kSteady = 0.97;
  finding.fact = fmt::format("{:.2f} GHz measured (median of {} clean samples, highest {:.2f} GHz; {} were disturbed)",
                             effective->median_hz / kGiga, effective->clean_count, effective->max_hz / kGiga,
                             effective->contaminated_count);
  if (effective->median_hz < kSteady * effective->max_hz) {
    finding.state = CheckState::note;
    finding.consequence = "throughput: the clock changed by more than 3 % within the probe";
  }
  return finding;
}

Finding check_hardware_counters(const Reading<std::uint64_t>& instructions) {
  Finding finding{.check = "hardware_counters", .source = "starting the event once"};
  if (instructions) {
    finding.fact = "instructions are counted";
    return finding;
  }
  finding.state = CheckState::not_visible;
  finding.fact = "no CPU counters: " + instructions.reason();
  finding.consequence = "roofline and attribution: instructions, cache misses and flops are declared, not counted";
  return finding;
}

}  // namespace assay
