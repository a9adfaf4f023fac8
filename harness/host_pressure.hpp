#pragma once

#include <cstdint>
#include <optional>

#include "harness/cpu_times.hpp"
#include "harness/file_source.hpp"
#include "harness/time.hpp"

namespace assay {

/// How much tasks waited for a CPU since the system started, as /proc/pressure/cpu counts it ("some ... total=").
/// Nothing where the kernel has no PSI.
[[nodiscard]] std::optional<Nanoseconds> read_cpu_pressure(const FileSource& files);

/// Two readings of the machine's accounts, before and after a stretch of time.
struct HostAccount {
  std::optional<CpuTimes> times;
  std::optional<Nanoseconds> pressure;
  Instant at;
};

/// What disturbed a stretch, each share between 0 and 1; absent where the account is hidden or did not move.
struct HostDisturbance {
  std::optional<double> steal;         ///< of the machine's CPU time: a hypervisor ran something else
  std::optional<double> foreign;       ///< of the machine's CPU time: other processes
  std::optional<double> cpu_pressure;  ///< of the time: some task waited for a CPU, ours included
};
[[nodiscard]] HostDisturbance disturbance_between(const HostAccount& before, const HostAccount& after,
                                                  long ticks_per_second);

}  // namespace assay
