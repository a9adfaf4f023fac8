#pragma once

#include <cstdint>
#include <optional>

#include "harness/file_source.hpp"
#include "harness/time.hpp"

namespace assay {

/// Where the CPU time of the whole machine and of this process went since each began.
struct CpuTimes {
  std::uint64_t total_ticks = 0;               ///< over all CPUs, 10 ms each on Linux
  std::uint64_t busy_ticks = 0;                ///< neither idle nor waiting for a device, steal left out
  std::uint64_t steal_ticks = 0;               ///< a hypervisor ran something else
  Nanoseconds own{0};                          ///< of this process, its threads and its finished children
  std::uint64_t own_involuntary_switches = 0;  ///< of this process: something else was put in a thread's place
};

/// /proc/stat and getrusage. Nothing if /proc/stat is hidden or has another shape.
[[nodiscard]] std::optional<CpuTimes> read_cpu_times(const FileSource& files);

/// Shares of the machine's CPU time between two readings, each between 0 and 1.
struct LoadShares {
  double foreign = 0.0;  ///< other processes and interrupts
  double own = 0.0;
  double steal = 0.0;
};

/// Nothing if no tick passed between the readings. `ticks_per_second` as sysconf(_SC_CLK_TCK) says.
[[nodiscard]] std::optional<LoadShares> load_between(const CpuTimes& before, const CpuTimes& after,
                                                     long ticks_per_second);

}  // namespace assay
