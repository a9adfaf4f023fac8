#include "harness/cpu_quota.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>
#include <vector>

namespace assay {
namespace {

const std::vector<std::string> kUnifiedMounts{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
const std::vector<std::string> kVersionOneMounts{"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct",
                                                 "/sys/fs/cgroup/cpuacct,cpu"};

/// "/a/b" as {"/a/b", "/a", ""}: a group and all above it. A container may see only the last.
std::vector<std::string> upwards(std::string group) {
  std::vector<std::string> groups;
  while (!group.empty() && group != "/") {
    groups.push_back(group);
    const std::size_t slash = group.find_last_of('/');
    group.resize(slash == std::string::npos ? 0 : slash);
  }
  groups.emplace_back();
  return groups;
}

/// What is no positive number of CPUs is no limit that the kernel gives.
void keep_smaller(CpuQuota& quota, double cpus, const std::string& source) {
  if (!(cpus > 0.0) || !std::isfinite(cpus)) {
    return;
  }
  if (!quota.cpus || cpus < *quota.cpus) {
    quota.cpus = cpus;
    quota.source = source;
  }
}

void read_unified(CpuQuota& quota, const FileSource& files, const std::string& group) {
  for (const std::string& mount : kUnifiedMounts) {
    for (const auto& each : upwards(group)) {
      const std::string path = mount + each + "/cpu.max";
      std::istringstream text(files.read(path).value_or(""));  // "200000 100000" or "max 100000", in microseconds
      double allowed = 0.0;
      double period = 0.0;
      if (text >> allowed >> period && period > 0.0) {
        keep_smaller(quota, allowed / period, path);
      }
    }
  }
}

void read_version_one(CpuQuota& quota, const FileSource& files, const std::string& group) {
  for (const std::string& mount : kVersionOneMounts) {
    for (const auto& each : upwards(group)) {
      const std::string folder = mount + each;
      const auto allowed = files.read_integer(folder + "/cpu.cfs_quota_us");  // -1 where there is no limit
      const auto period = files.read_integer(folder + "/cpu.cfs_period_us");
      if (allowed && period && *allowed > 0 && *period > 0) {
        keep_smaller(quota, static_cast<double>(*allowed) / static_cast<double>(*period), folder + "/cpu.cfs_quota_us");
      }
    }
  }
}

/// The groups of this process: its unified one as {"", path}, one of each controller list as {",cpu,", path}.
struct ControlGroup {
  std::string controllers;  ///< between commas, ",," for the unified one
  std::string path;
};

std::optional<std::vector<ControlGroup>> own_groups(const FileSource& files) {
  const auto text = files.read("/proc/self/cgroup");
  if (!text) {
    return std::nullopt;
  }
  std::vector<ControlGroup> groups;
  for (const std::string& line : lines_of(*text)) {  // "0::/a" (v2) or "4:cpu,cpuacct:/a" (v1)
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first != std::string::npos && second != std::string::npos) {
      groups.push_back({fmt::format(",{},", line.substr(first + 1, second - first - 1)), line.substr(second + 1)});
    }
  }
  return groups;
}

bool is_unified(const ControlGroup& group) { return group.controllers == ",,"; }
bool has_cpu(const ControlGroup& group) { return group.controllers.find(",cpu,") != std::string::npos; }

/// "throttled_usec 1200" (v2) or "throttled_time 1200000" (v1, nanoseconds).
std::optional<Nanoseconds> throttling_in(const std::string& text) {
  std::istringstream words(text);
  std::string key;
  std::int64_t value = 0;
  while (words >> key >> value) {
    if (key == "throttled_usec") {
      return std::chrono::microseconds{value};
    }
    if (key == "throttled_time") {
      return Nanoseconds{value};
    }
  }
  return std::nullopt;
}

}  // namespace

CpuQuota read_cpu_quota(const FileSource& files) {
  CpuQuota quota;
  const auto groups = own_groups(files);
  if (!groups) {
    return quota;
  }
  quota.visible = true;
  for (const ControlGroup& group : *groups) {
    if (is_unified(group)) {
      read_unified(quota, files, group.path);
    } else if (has_cpu(group)) {
      read_version_one(quota, files, group.path);
    }
  }
  return quota;
}

QuotaThrottling read_quota_throttling(const FileSource& files) {
  QuotaThrottling throttling;
  for (const ControlGroup& group : own_groups(files).value_or(std::vector<ControlGroup>{})) {
    if (!is_unified(group) && !has_cpu(group)) {
      continue;
    }
    for (const std::string& mount : is_unified(group) ? kUnifiedMounts : kVersionOneMounts) {
      for (const auto& each : upwards(group.path)) {
        const std::string path = mount + each + "/cpu.stat";
        if (const auto found = throttling_in(files.read(path).value_or(""))) {
          throttling.emplace(path, *found);
        }
      }
    }
  }
  return throttling;
}

Nanoseconds throttled_between(const QuotaThrottling& before, const QuotaThrottling& after) {
  Nanoseconds longest{0};
  for (const auto& [path, held] : after) {
    const auto earlier = before.find(path);
    longest = std::max(longest, earlier == before.end() ? Nanoseconds{0} : held - earlier->second);
  }
  return longest;
}

}  // namespace assay
