#pragma once

#include <map>
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

/// How long the quota of each group has held tasks of the group back since it began, summed over CPUs: cpu.stat of
/// either version, by its path, of this process' group and of every group above it. Empty where none shows it.
using QuotaThrottling = std::map<std::string, Nanoseconds>;
[[nodiscard]] QuotaThrottling read_quota_throttling(const FileSource& files);

/// How long tasks were held back between two readings, by the group that held them longest: two groups may hold at the
/// same time, so that their sum could be too much.
[[nodiscard]] Nanoseconds throttled_between(const QuotaThrottling& before, const QuotaThrottling& after);

}  // namespace assay
