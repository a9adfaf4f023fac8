#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/clock.hpp"
#include "harness/clock_quality.hpp"
#include "harness/cpu_times.hpp"
#include "harness/doctor_checks.hpp"
#include "harness/jitter_probe.hpp"
#include "harness/machine.hpp"
#include "harness/run_conditions.hpp"

namespace assay {

/// All that `assay doctor` found.
struct DoctorReport {
  std::vector<Finding> findings;
  JitterReport jitter;
  int probed_cpu = 0;                ///< the CPU that the jitter probe ran on
  std::optional<LoadShares> shares;  ///< of the machine's CPU time during the probe; nothing if it is hidden
  ClockQuality clock_quality;
  std::string verdict;
};

/// The checks that read files only, some milliseconds in all: for the start of each run. Starts no other program, no
/// probe and no counter library. Read-only, never needs root.
[[nodiscard]] RunConditions read_conditions(const Machine& machine, const ConditionRequest& request = {});

/// The same on given files.
[[nodiscard]] RunConditions conditions_from(const FileSource& files, const Machine& machine,
                                            const ConditionRequest& request, const BuildKind& build);

/// Every check, the clock's quality, the counters, the GPU and a jitter probe of `probe` on the last CPU of the request
/// (the last allowed one if it names none). Read-only, never needs root.
[[nodiscard]] DoctorReport run_doctor(const Machine& machine, Clock& clock, ConditionRequest request = {},
                                      Nanoseconds probe = std::chrono::seconds{3});

}  // namespace assay
