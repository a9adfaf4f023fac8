#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "harness/doctor_checks.hpp"

namespace assay {
namespace {

constexpr double kWarnShare = 0.05;
constexpr double kStopShare = 0.50;

struct Pressure {
  std::optional<double> waiting;  ///< share of the last 10 s in which some task waited for a CPU
  std::optional<double> load;     ///< mean number of running and waiting tasks over a minute
  std::optional<int> runnable;    ///< now, this program's thread included
};

Pressure read_pressure(const FileSource& files) {
  Pressure pressure;
  const std::string psi = files.read("/proc/pressure/cpu").value_or("");
  constexpr std::string_view kKey = "some avg10=";
  if (psi.starts_with(kKey)) {
    double percent = 0.0;
    if (std::istringstream{psi.substr(kKey.size())} >> percent) {
      pressure.waiting = percent / 100.0;
    }
  }
  std::istringstream averages(files.read("/proc/loadavg").value_or(""));  // "0.06 0.02 0.00 1/89 5926"
  double minute = 0.0;
  double ignored = 0.0;
  int runnable = 0;
  if (averages >> minute >> ignored >> ignored >> runnable) {
    pressure.load = minute;
    pressure.runnable = runnable;
  }
  return pressure;
}

std::string remedy_for_load() { return "stop other programs (top shows them), or ask for the node alone"; }

std::optional<std::string> environment_variable(const FileSource& files, const std::string& name) {
  const std::string block = files.read("/proc/self/environ").value_or("");
  std::istringstream entries(block);
  for (std::string entry; std::getline(entries, entry, '\0');) {
    if (entry.starts_with(name + "=")) {
      return entry.substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

}  // namespace

Finding check_other_load(const CheckInput& input) {
  Finding finding{.check = "other_load", .source = "/proc/pressure/cpu, /proc/loadavg"};
  const Pressure pressure = read_pressure(input.files);
  if (!pressure.waiting && !pressure.load) {
    finding.state = CheckState::not_visible;
    finding.fact = "neither CPU pressure nor load is shown";
    finding.consequence = "all metrics: other work cannot be excluded";
    return finding;
  }
  const auto cpus = static_cast<int>(input.machine.hardware_threads.size());
  std::vector<std::string> parts;
  if (pressure.waiting) {
    parts.push_back(fmt::format("tasks waited for a CPU {:.1f} % of the last 10 s", 100 * *pressure.waiting));
  }
  if (pressure.load) {
    parts.push_back(fmt::format("{} runnable now on {} CPUs, load of the last minute {:.2f} (earlier runs included)",
                                *pressure.runnable, cpus, *pressure.load));
  }
  finding.fact = fmt::format("{}", fmt::join(parts, "; "));
  const double waiting = pressure.waiting.value_or(0.0);
  const bool crowded = pressure.runnable && *pressure.runnable - 1 >= std::max(cpus, 1);
  if (waiting <= kWarnShare && !crowded) {
    return finding;
  }
  finding.state = waiting > kStopShare ? CheckState::stop : CheckState::warn;
  finding.consequence = "all metrics, the tail most: other work takes turns with this run";
  finding.remedy = remedy_for_load();
  return finding;
}

Finding check_measured_load(const CheckInput& input, const std::optional<LoadShares>& shares) {
  Finding finding{.check = "other_load", .source = "/proc/stat less getrusage, over the jitter probe"};
  if (!shares) {
    finding.state = CheckState::not_visible;
    finding.fact = "/proc/stat does not show where CPU time goes";
    finding.consequence = "all metrics: other work cannot be excluded";
    return finding;
  }
  const auto cpus = static_cast<double>(input.machine.hardware_threads.size());
  finding.fact = fmt::format("other work used {:.2f} of {:.0f} CPUs ({:.1f} %)", shares->foreign * cpus, cpus,
                             100 * shares->foreign);
  if (shares->foreign > kWarnShare) {
    finding.state = shares->foreign > kStopShare ? CheckState::stop : CheckState::warn;
    finding.consequence = "all metrics, the tail most: other work takes turns with a run";
    finding.remedy = remedy_for_load();
  }
  return finding;
}

Finding check_steal(const CheckInput& input, const std::optional<LoadShares>& shares) {
  constexpr double kNoticeable = 0.002;  // 0.2 % of the time in 4 ms pieces already moves P99.9
  Finding finding{.check = "steal", .source = "/proc/stat, over the jitter probe"};
  if (input.machine.virtualization == "none") {
    finding.state = CheckState::not_applicable;
    finding.fact = "no hypervisor that could take CPU time";
    return finding;
  }
  if (!shares) {
    finding.state = CheckState::not_visible;
    finding.fact = "/proc/stat does not show stolen time";
    finding.consequence = "P99: a busy host cannot be excluded";
    return finding;
  }
  finding.fact = fmt::format("the host took {:.2f} % of the CPU time", 100 * shares->steal);
  if (shares->steal > kNoticeable) {
    finding.state = CheckState::warn;
    finding.consequence = "P99 and throughput: the host runs others on these CPUs";
    finding.remedy = "use a host with dedicated CPUs, or measure at a quieter time";
  }
  return finding;
}

Finding check_batch_system(const CheckInput& input) {
  Finding finding{.check = "batch_system", .source = "SLURM_*, PBS_JOBID, LSB_JOBID in the environment"};
  if (!environment_variable(input.files, "SLURM_JOB_ID")) {
    const bool other = environment_variable(input.files, "PBS_JOBID") || environment_variable(input.files, "LSB_JOBID");
    finding.state = other ? CheckState::not_visible : CheckState::not_applicable;
    finding.fact = other ? "in a batch job; whether it has the node alone is not shown" : "not in a batch job";
    finding.consequence = other ? "all metrics: jobs beside this one cannot be excluded" : "";
    return finding;
  }
  const auto granted = environment_variable(input.files, "SLURM_CPUS_ON_NODE");
  const std::size_t present = input.machine.hardware_threads.size();
  if (!granted) {
    finding.state = CheckState::not_visible;
    finding.fact = "in a Slurm job that does not say how many CPUs it was given";
    finding.consequence = "all metrics: jobs beside this one cannot be excluded";
    return finding;
  }
  finding.fact = fmt::format("Slurm gave this job {} of the node's {} CPUs", *granted, present);
  if (*granted != std::to_string(present)) {
    finding.state = CheckState::warn;
    finding.consequence = "bandwidth, last-level cache and clock are shared with other jobs";
    finding.remedy = "sbatch --exclusive";
  }
  return finding;
}

}  // namespace assay
