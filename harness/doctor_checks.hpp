#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/clock_quality.hpp"
#include "harness/cpu_times.hpp"
#include "harness/effective_clock.hpp"
#include "harness/file_source.hpp"
#include "harness/gpu_presence.hpp"
#include "harness/machine.hpp"
#include "harness/run_conditions.hpp"

namespace assay {

/// What a run is going to use; it decides which facts matter.
struct ConditionRequest {
  std::vector<int> cpus;                      ///< of issuing and working threads; empty: all allowed ones
  int threads = 0;                            ///< that run at once; 0: one for each CPU
  std::optional<Nanoseconds> latency_window;  ///< the promise that is tested; empty: none
  std::string results_folder;                 ///< absolute; empty: not checked
  std::optional<ClockQuality> clock_quality;  ///< measured before, if it was
};

/// What every check sees. A check is a pure function of it and touches nothing else.
struct CheckInput {
  const FileSource& files;
  const Machine& machine;
  const ConditionRequest& request;

  /// request.cpus, or every allowed CPU.
  [[nodiscard]] std::vector<int> cpus() const;
  [[nodiscard]] int threads() const;
};

// doctor_cpu_checks.cpp
[[nodiscard]] Finding check_virtualization(const CheckInput& input);
[[nodiscard]] Finding check_allowed_cpus(const CheckInput& input);
[[nodiscard]] Finding check_cpu_quota(const CheckInput& input);
[[nodiscard]] Finding check_smt(const CheckInput& input);
[[nodiscard]] Finding check_core_types(const CheckInput& input);
[[nodiscard]] Finding check_isolation(const CheckInput& input);

// doctor_frequency_checks.cpp
[[nodiscard]] Finding check_governor(const CheckInput& input);
[[nodiscard]] Finding check_turbo(const CheckInput& input);
[[nodiscard]] Finding check_temperature(const CheckInput& input);
[[nodiscard]] Finding check_energy(const CheckInput& input);
[[nodiscard]] Finding check_power_supply(const CheckInput& input);

// doctor_load_checks.cpp
[[nodiscard]] Finding check_other_load(const CheckInput& input);
/// `shares` between two readings of /proc/stat around the jitter probe; nothing if they could not be taken.
[[nodiscard]] Finding check_measured_load(const CheckInput& input, const std::optional<LoadShares>& shares);
[[nodiscard]] Finding check_steal(const CheckInput& input, const std::optional<LoadShares>& shares);
[[nodiscard]] Finding check_batch_system(const CheckInput& input);

// doctor_memory_checks.cpp
[[nodiscard]] Finding check_memory(const CheckInput& input);
[[nodiscard]] Finding check_swap(const CheckInput& input);
[[nodiscard]] Finding check_huge_pages(const CheckInput& input);
[[nodiscard]] Finding check_numa_balancing(const CheckInput& input);

// doctor_system_checks.cpp
[[nodiscard]] Finding check_clock(const CheckInput& input);
[[nodiscard]] Finding check_perf_permission(const CheckInput& input);
[[nodiscard]] Finding check_address_randomisation(const CheckInput& input);
[[nodiscard]] Finding check_results_folder(const CheckInput& input);

/// How this program was built.
struct BuildKind {
  bool optimised = true;
  bool assertions = false;  ///< of the standard library
  bool sanitizers = false;
  std::string compiler;
};
[[nodiscard]] BuildKind current_build();
[[nodiscard]] Finding check_build(const BuildKind& build);

// doctor_probe_checks.cpp
/// `detected` is what systemd-detect-virt printed, nothing if it is not installed.
[[nodiscard]] Finding check_detect_virt(const CheckInput& input, const std::optional<std::string>& detected);
[[nodiscard]] Finding check_gpu(const Reading<GpuPresence>& gpu);
[[nodiscard]] Finding check_effective_clock(const Reading<EffectiveClock>& effective);
/// `instructions`: whether the CPU's own counters could be started.
[[nodiscard]] Finding check_hardware_counters(const Reading<std::uint64_t>& instructions);

}  // namespace assay
