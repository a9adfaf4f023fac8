#include "kernels/gpu/gpu_findings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace assay {

namespace {

constexpr const char* kRuntime = "the CUDA runtime";
constexpr const char* kNvml = "NVML (libnvidia-ml.so.1)";

Finding absent(const char* check, const std::string& reason) {
  return {.check = check, .state = CheckState::not_visible, .fact = "not available: " + reason, .source = kNvml};
}

std::string version_text(std::int32_t version) {
  constexpr std::int32_t kMajor = 1000;
  constexpr std::int32_t kMinor = 10;
  return fmt::format("{}.{}", version / kMajor, version % kMajor / kMinor);
}

Finding size_finding(const GpuDevice& device) {
  const AssayGpuFacts& facts = device.facts;
  constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
  constexpr double kMib = 1024.0 * 1024.0;
  return {.check = "gpu",
          .fact = fmt::format("{}: {}, {} multiprocessors of capability {}.{}, highest clock {:.0f} MHz, {:.1f} GiB "
                              "({:.1f} free), L2 {:.0f} MiB, memory of {} bits at {:.0f} MHz, ECC {}",
                              device.name(), static_cast<const char*>(facts.name), facts.multiprocessors,
                              facts.compute_major, facts.compute_minor, 1e-3 * facts.clock_khz,
                              static_cast<double>(facts.memory_bytes) / kGib,
                              static_cast<double>(facts.free_bytes) / kGib, static_cast<double>(facts.l2_bytes) / kMib,
                              facts.memory_bus_bits, 1e-3 * facts.memory_clock_khz, facts.ecc != 0 ? "on" : "off"),
          .source = kRuntime};
}

Finding software_finding(const GpuDevice& device, const Reading<GpuBoardState>& state) {
  const AssayGpuFacts& facts = device.facts;
  std::string driver = "driver not known: " + state.reason();
  if (state) {
    driver = state->driver ? "driver " + *state->driver : "driver not known: " + state->driver.reason();
  }
  return {
      .check = "gpu_software",
      .fact = fmt::format("{}, CUDA {} of the driver, {} of the library, cuBLASLt {}; {}; {}", driver,
                          version_text(facts.driver_version), version_text(facts.runtime_version), facts.blas_version,
                          device.plugin.table().build, static_cast<const char*>(facts.compiled_for)),
      .source = kRuntime};
}

Finding mode_finding(const char* check, const char* what, const Reading<bool>& reading, bool warns,
                     const char* consequence) {
  if (!reading) {
    return absent(check, reading.reason());
  }
  const bool bent = *reading && warns;
  return {.check = check,
          .state = bent ? CheckState::warn : CheckState::ok,
          .fact = fmt::format("{} {}", what, *reading ? "on" : "off"),
          .consequence = bent ? consequence : "",
          .source = kNvml};
}

Finding clock_finding(const GpuBoardState& state) {
  if (!state.sm_clock_hz || !state.most_sm_clock_hz) {
    return absent("gpu_clock", state.sm_clock_hz ? state.most_sm_clock_hz.reason() : state.sm_clock_hz.reason());
  }
  std::string limit = state.power_limit_w ? fmt::format(", power limit {:.0f} W", *state.power_limit_w) : "";
  std::string pcie = state.pcie ? ", PCIe " + *state.pcie : "";
  return {.check = "gpu_clock",
          .fact = fmt::format("multiprocessors at {:.0f} MHz of at most {:.0f}{}{}", 1e-6 * *state.sm_clock_hz,
                              1e-6 * *state.most_sm_clock_hz, limit, pcie),
          .source = kNvml};
}

Finding process_finding(const Reading<std::vector<GpuProcess>>& processes) {
  if (!processes) {
    return absent("gpu_processes", processes.reason());
  }
  const auto own = static_cast<std::uint32_t>(getpid());
  std::vector<std::uint32_t> others;
  for (const GpuProcess& process : *processes) {
    if (process.pid != own) {
      others.push_back(process.pid);
    }
  }
  if (others.empty()) {
    return {.check = "gpu_processes", .fact = "no other process uses the card", .source = kNvml};
  }
  std::error_code error;
  if (processes->size() == 1 && !std::filesystem::exists(fmt::format("/proc/{}", others.front()), error)) {
    return {.check = "gpu_processes",
            .state = CheckState::note,
            .fact = fmt::format("one process uses the card, {} to the driver: in a container that is this one",
                                others.front()),
            .source = kNvml};
  }
  return {.check = "gpu_processes",
          .state = CheckState::warn,
          .fact = fmt::format("other processes use the card: {}", fmt::join(others, ", ")),
          .consequence = "the figures of the card are lower bounds, and its latencies upper ones",
          .source = kNvml,
          .remedy = "end them, or choose another card with --device"};
}

}  // namespace

std::vector<Finding> gpu_findings(const GpuDevice& device, const Reading<GpuBoardState>& state) {
  std::vector<Finding> findings{
      {.check = kGpuName, .fact = static_cast<const char*>(device.facts.name), .source = kRuntime},
      size_finding(device),
      software_finding(device, state)};
  if (device.plugin.simulated()) {
    findings.push_back({.check = "gpu_simulated",
                        .state = CheckState::warn,
                        .fact = "SIMULATED: no card is behind this library",
                        .consequence = "no figure of the GPU is a measurement",
                        .source = device.plugin.path()});
  }
  if (!state) {
    findings.push_back(absent("gpu_state", state.reason()));
    return findings;
  }
  findings.push_back(mode_finding("gpu_ecc", "ECC", state->ecc, false, ""));
  findings.push_back(
      mode_finding("gpu_mig", "MIG", state->mig, true, "this is a part of a card, held against a whole one"));
  findings.push_back(clock_finding(*state));
  findings.push_back(process_finding(state->processes));
  return findings;
}

Reading<GpuBoard> open_board(const GpuDevice& device) {
  if (device.plugin.simulated()) {
    return Unavailable{"the device is simulated"};
  }
  const auto nvml = NvmlLibrary::open();
  return nvml ? GpuBoard::open(*nvml, static_cast<const char*>(device.facts.uuid))
              : Reading<GpuBoard>{Unavailable{nvml.reason()}};
}

std::vector<Finding> read_gpu_findings(const GpuDevice& device) {
  const Reading<GpuBoard> board = open_board(device);
  return gpu_findings(
      device, board ? Reading<GpuBoardState>{board->state()} : Reading<GpuBoardState>{Unavailable{board.reason()}});
}

std::vector<std::string> warnings_of(const std::vector<Finding>& findings) {
  std::vector<std::string> warnings;
  for (const Finding& finding : findings) {
    if (finding.state == CheckState::warn) {
      warnings.push_back(finding.fact + (finding.consequence.empty() ? "" : ": " + finding.consequence));
    }
  }
  return warnings;
}

}  // namespace assay
