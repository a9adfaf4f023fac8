#include <cstdio>
#include <string>

#include "tools/gpu_check/check_run.hpp"

namespace assay::gpu_check {
namespace {

template <class Value, class Text>
std::string text_or_reason(const Reading<Value>& reading, const Text& text) {
  return reading ? text(*reading) : "not available: " + reading.reason();
}

std::string on_off(const Reading<bool>& reading) {
  return text_or_reason(reading, [](bool on) { return std::string(on ? "on" : "off"); });
}

std::string megahertz(const Reading<double>& reading) {
  return text_or_reason(reading, [](double hz) { return number_text(1e-6 * hz) + " MHz"; });
}

}  // namespace

void check_card(CheckRun& run) {
  const AssayGpuFacts& facts = run.facts;
  Findings& findings = run.findings;
  findings.note("card", std::string(static_cast<const char*>(facts.name)) + ", " +
                            std::to_string(facts.multiprocessors) + " multiprocessors, capability " +
                            std::to_string(facts.compute_major) + "." + std::to_string(facts.compute_minor));
  findings.note("memory", number_text(static_cast<double>(facts.memory_bytes) / (1U << 30U)) + " GiB, " +
                              number_text(static_cast<double>(facts.free_bytes) / (1U << 30U)) + " GiB free, L2 " +
                              number_text(static_cast<double>(facts.l2_bytes) / (1U << 20U)) + " MiB, ECC " +
                              (facts.ecc != 0 ? "on" : "off"));
  findings.note("code", static_cast<const char*>(facts.compiled_for));
  findings.note("library", run.table.build);
  findings.note("CUDA", "driver " + std::to_string(facts.driver_version) + ", runtime " +
                            std::to_string(facts.runtime_version) + ", cuBLASLt " + std::to_string(facts.blas_version));
  if (!run.board) {
    findings.note("NVML", "not available: " + run.board.reason());
    return;
  }
  const GpuBoardState state = run.board->state();
  findings.note("driver", text_or_reason(state.driver, [](const std::string& text) { return text; }));
  findings.note("MIG", on_off(state.mig));
  findings.note("power limit", text_or_reason(state.power_limit_w, [](double w) { return number_text(w) + " W"; }));
  findings.note("SM clock now, highest", megahertz(state.sm_clock_hz) + ", " + megahertz(state.most_sm_clock_hz));
  findings.note("memory clock now, highest",
                megahertz(state.memory_clock_hz) + ", " + megahertz(state.most_memory_clock_hz));
  findings.note("PCIe", text_or_reason(state.pcie, [](const std::string& text) { return text; }));
  findings.note("processes on the card", text_or_reason(state.processes, [](const std::vector<GpuProcess>& processes) {
                  return std::to_string(processes.size()) +
                         (processes.size() > 1 ? ": WARNING: others use the card, figures are lower bounds" : "");
                }));
  findings.note("clock events", text_or_reason(run.board->throttle_reasons(), [](std::uint64_t bits) {
                  char text[24];
                  static_cast<void>(std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(bits)));
                  return std::string(text);
                }));
  findings.note("temperature",
                text_or_reason(run.board->temperature_c(), [](double c) { return number_text(c) + " C"; }));
}

}  // namespace assay::gpu_check
