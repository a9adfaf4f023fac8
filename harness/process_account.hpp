#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/file_source.hpp"
#include "harness/time.hpp"

namespace assay {

/// What the kernel accounts for one process of one thread since it began.
struct ProcessAccount {
  Nanoseconds cpu_time{0};                 ///< on a CPU
  std::optional<Nanoseconds> waited;       ///< runnable and not on a CPU; absent where schedstat is not kept
  std::uint64_t voluntary_switches = 0;    ///< it slept
  std::uint64_t involuntary_switches = 0;  ///< something else was put in its place
};

/// Of /proc/PID/schedstat and /proc/PID/status; CPU time from /proc/PID/stat (ticks of 10 ms) where the first is not
/// kept. Nothing if there is no such process.
[[nodiscard]] std::optional<ProcessAccount> read_process_account(const FileSource& files, pid_t process);

/// The processes of a process group, found by /proc.
[[nodiscard]] std::vector<pid_t> processes_of_group(const FileSource& files, pid_t group);

}  // namespace assay
