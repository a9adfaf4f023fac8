#include "harness/cpu_quota.hpp"

#include <fmt/format.h>

#include <sstream>
#include <utility>
#include <vector>

namespace assay {
namespace {

/// "/a/b" as {"/a/b", "/a", ""}: a group and all above it. A container may see only the last.
std::vector<std::string> upwards(std::string group) {
  std::vector<std::string> groups;
  while (!group.empty() && group != "/") {
    groups.push_back(group);
    group.resize(group.find_last_of('/'));
  }
  groups.emplace_back();
  return groups;
}

void keep_smaller(CpuQuota& quota, double cpus, const std::string& source) {
  if (!quota.cpus || cpus < *quota.cpus) {
    quota.cpus = cpus;
    quota.source = source;
  }
}

void read_unified(CpuQuota& quota, const FileSource& files, const std::string& group) {
  for (const char* mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
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
  for (const char* mount : {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpuacct,cpu"}) {
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

}  // namespace

CpuQuota read_cpu_quota(const FileSource& files) {
  CpuQuota quota;
  const auto groups = files.read("/proc/self/cgroup");
  if (!groups) {
    return quota;
  }
  quota.visible = true;
  for (const std::string& line : lines_of(*groups)) {  // "0::/a" (v2) or "4:cpu,cpuacct:/a" (v1)
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      continue;
    }
    const std::string controllers = fmt::format(",{},", line.substr(first + 1, second - first - 1));
    const std::string group = line.substr(second + 1);
    if (controllers == ",,") {
      read_unified(quota, files, group);
    } else if (controllers.find(",cpu,") != std::string::npos) {
      read_version_one(quota, files, group);
    }
  }
  return quota;
}

}  // namespace assay
