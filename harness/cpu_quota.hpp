#pragma once

#include <optional>
#include <string>

#include "harness/file_source.hpp"
#include "harness/time.hpp"

namespace assay {

/// The CPU time that a control group grants this process.
struct CpuQuota {
  bool visible = false;        ///< whether this host shows its control groups at all
  std::optional<double> cpus;  ///< the smallest limit on the way to the root, in CPUs; nothing if there is none
  std::string source;          ///< the file that holds it
};

/// Reads cpu.max (cgroup v2) and cpu.cfs_quota_us (v1) of this process' group and of every group above it.
[[nodiscard]] CpuQuota read_cpu_quota(const FileSource& files);

/// How long the quota has held tasks of this process' group back since the group began, summed over CPUs: cpu.stat of
/// either version. Nothing where it is not shown.
[[nodiscard]] std::optional<Nanoseconds> read_quota_throttling(const FileSource& files);

}  // namespace assay
