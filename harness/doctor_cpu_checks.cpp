#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/cpu_features.hpp"
#include "harness/cpu_quota.hpp"
#include "harness/doctor_checks.hpp"

namespace assay {

std::vector<int> CheckInput::cpus() const {
  if (request.cpus.empty()) {
    return machine.allowed_cpus();
  }
  std::vector<int> sorted = request.cpus;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

int CheckInput::threads() const { return request.threads > 0 ? request.threads : static_cast<int>(cpus().size()); }

Finding check_virtualization(const CheckInput& input) {
  Finding finding{.check = "virtualization", .source = "CPUID, /sys/hypervisor, /run, /proc/self/cgroup"};
  if (input.machine.virtualization == "none") {
    finding.fact = "no sign of a hypervisor or container";
    return finding;
  }
  finding.state = CheckState::warn;
  finding.fact = "this is a virtual machine or container (" + input.machine.virtualization + ")";
  finding.consequence =
      "tail latency (P99): the host may take the CPU away unseen; compare only with the same kind of host";
  finding.remedy = "measure on the bare machine if its own tail is the question";
  return finding;
}

Finding check_allowed_cpus(const CheckInput& input) {
  Finding finding{.check = "allowed_cpus", .source = "sched_getaffinity, cgroup cpuset (by hwloc)"};
  const std::size_t present = input.machine.hardware_threads.size();
  const auto allowed = input.machine.allowed_cpus();
  finding.fact = fmt::format("{} of {} CPUs allowed ({})", allowed.size(), present, cpu_list_text(allowed));
  if (input.threads() > static_cast<int>(input.cpus().size())) {
    finding.state = CheckState::stop;
    finding.fact += fmt::format("; {} threads on {} CPUs", input.threads(), input.cpus().size());
    finding.consequence = "latency and throughput: the threads of this run wait for each other";
    finding.remedy = fmt::format("--threads {}", input.cpus().size());
  } else if (allowed.size() < present) {
    finding.state = CheckState::note;
    finding.consequence = "throughput is that of the allowed CPUs, not of the machine";
  }
  return finding;
}

Finding check_cpu_quota(const CheckInput& input) {
  const CpuQuota quota = read_cpu_quota(input.files);
  Finding finding{.check = "cpu_quota", .source = quota.source.empty() ? "/proc/self/cgroup" : quota.source};
  if (!quota.visible) {
    finding.state = CheckState::not_visible;
    finding.fact = "control groups are not shown";
    finding.consequence = "throughput and P99: a quota cannot be excluded";
    return finding;
  }
  if (!quota.cpus) {
    finding.fact = "no CPU quota";
    return finding;
  }
  finding.fact = fmt::format("quota of {:.2f} CPUs for {} threads", *quota.cpus, input.threads());
  if (*quota.cpus < input.threads()) {
    finding.state = CheckState::stop;
    finding.consequence = "P99 and throughput: all threads stand still once the quota of a period is used up";
    finding.remedy =
        fmt::format("--threads {}, or lift the limit of this container", std::max(1, static_cast<int>(*quota.cpus)));
  } else {
    finding.state = CheckState::note;
    finding.consequence = "throughput is that of the quota, not of the machine";
  }
  return finding;
}

namespace {

/// Chosen CPUs that share a physical core, as "2+3, 4+5".
std::string shared_cores(const CheckInput& input) {
  std::map<int, std::vector<int>> by_core;
  const auto cpus = input.cpus();
  for (const auto& thread : input.machine.hardware_threads) {
    if (std::binary_search(cpus.begin(), cpus.end(), thread.os_index)) {
      by_core[thread.core].push_back(thread.os_index);
    }
  }
  std::vector<std::string> groups;
  for (const auto& entry : by_core) {
    if (entry.second.size() > 1) {
      groups.push_back(fmt::format("{}", fmt::join(entry.second, "+")));
    }
  }
  return fmt::format("{}", fmt::join(groups, ", "));
}

}  // namespace

Finding check_smt(const CheckInput& input) {
  Finding finding{.check = "smt", .source = "hwloc (topology/thread_siblings_list)"};
  if (!input.machine.has_smt()) {
    const bool metal = input.machine.virtualization == "none";
    finding.state = metal ? CheckState::not_applicable : CheckState::not_visible;
    finding.fact = "one hardware thread a core";
    if (!metal) {
      finding.fact += ", as this host shows it";
      finding.consequence = "throughput per core: the host may run two virtual CPUs on one core";
    }
    return finding;
  }
  const std::string shared = shared_cores(input);
  if (shared.empty()) {
    finding.fact = "the chosen CPUs are on cores of their own";
    return finding;
  }
  finding.state = CheckState::warn;
  finding.fact = "chosen CPUs share cores: " + shared;
  finding.consequence = "throughput and latency per thread: two threads divide one core's units";
  finding.remedy = "choose one CPU a core with --cpus, or let assay place the threads";
  return finding;
}

Finding check_core_types(const CheckInput& input) {
  Finding finding{.check = "core_types", .source = "hwloc (cpu_capacity, cpuinfo_max_freq, cpu_core)"};
  const auto cpus = input.cpus();
  std::map<int, std::vector<int>> by_kind;
  std::set<int> all_kinds;
  for (const auto& thread : input.machine.hardware_threads) {
    all_kinds.insert(thread.core_kind);
    if (std::binary_search(cpus.begin(), cpus.end(), thread.os_index)) {
      by_kind[thread.core_kind].push_back(thread.os_index);
    }
  }
  if (all_kinds.size() <= 1) {
    finding.fact = "all cores of one type, as this host shows it";
    return finding;
  }
  if (by_kind.size() <= 1) {
    finding.fact = fmt::format("{} core types; the chosen CPUs are of one", all_kinds.size());
    return finding;
  }
  std::vector<std::string> groups;
  for (auto& entry : by_kind) {
    std::sort(entry.second.begin(), entry.second.end());
    groups.push_back(fmt::format("{} of speed rank {}", cpu_list_text(entry.second), entry.first));
  }
  finding.state = CheckState::warn;
  finding.fact = fmt::format("chosen CPUs are of {} types: {}", by_kind.size(), fmt::join(groups, ", "));
  finding.consequence = "latency has one mode for each core type, and P99 is that of the slowest";
  finding.remedy = "--cpus " + cpu_list_text(by_kind.rbegin()->second);
  return finding;
}

Finding check_isolation(const CheckInput& input) {
  Finding finding{.check = "isolated_cpus", .source = "/sys/devices/system/cpu/isolated"};
  const auto text = input.files.read("/sys/devices/system/cpu/isolated");
  if (!text) {
    finding.state = CheckState::not_visible;
    finding.fact = "isolated CPUs are not shown";
    return finding;
  }
  const auto isolated = cpu_list(*text);
  if (isolated.empty()) {
    finding.fact = "no CPU is isolated from the scheduler";
    return finding;
  }
  const auto cpus = input.cpus();
  const bool used = std::includes(isolated.begin(), isolated.end(), cpus.begin(), cpus.end());
  finding.state = CheckState::note;
  finding.fact = fmt::format("CPUs {} are isolated from the scheduler; this run {}", cpu_list_text(isolated),
                             used ? "is on them" : "is not on them alone");
  finding.consequence = "tail latency is better on them than an ordinary program would see";
  return finding;
}

}  // namespace assay
