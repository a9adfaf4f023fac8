#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "harness/doctor_checks.hpp"

namespace assay {
namespace {

constexpr Nanoseconds kShortWindow = std::chrono::milliseconds{1};

std::string quality_text(const ClockQuality& quality) {
  return fmt::format(", {:.0f} ns a reading, resolution {} ns, sleeps end {:.0f} us late (P90)", quality.cost_ns,
                     quality.resolution_ns, static_cast<double>(quality.wake_error_p90.count()) / 1e3);
}

/// The type of the file system that holds `folder`, by the longest mount point in /proc/self/mountinfo.
std::string file_system_of(const std::string& mountinfo, const std::string& folder) {
  std::string type;
  std::size_t longest = 0;
  for (const std::string& line : lines_of(mountinfo)) {
    std::istringstream fields(line);  // "22 27 0:21 / /proc rw,relatime - proc proc rw"
    std::string field;
    std::string mount;
    for (int i = 0; i < 5; ++i) {
      fields >> mount;
    }
    while (fields >> field && field != "-") {
    }
    fields >> field;
    const bool holds = mount == "/" || folder == mount || folder.starts_with(mount + "/");
    if (fields && holds && mount.size() >= longest) {
      longest = mount.size();
      type = field;
    }
  }
  return type;
}

}  // namespace

Finding check_clock(const CheckInput& input) {
  Finding finding{.check = "clock", .source = "/sys/devices/system/clocksource/clocksource0/current_clocksource"};
  const auto source = input.files.read_line(finding.source);
  const auto& quality = input.request.clock_quality;
  if (!source) {
    finding.state = CheckState::not_visible;
    finding.fact = "the clock source is not shown" + (quality ? quality_text(*quality) : "");
    finding.consequence = "latency: a slow or coarse clock cannot be excluded";
    return finding;
  }
  finding.fact = "clock source " + *source + (quality ? quality_text(*quality) : "");
  if (quality && quality->backward_steps > 0) {
    finding.state = CheckState::stop;
    finding.fact += fmt::format("; it stepped back {} times", quality->backward_steps);
    finding.consequence = "latency: differences of two readings mean nothing";
    return finding;
  }
  constexpr std::array<std::string_view, 2> kPrecise{"tsc", "arch_sys_counter"};
  if (std::find(kPrecise.begin(), kPrecise.end(), *source) == kPrecise.end()) {
    const bool too_coarse = input.request.latency_window && *input.request.latency_window < kShortWindow;
    finding.state = too_coarse ? CheckState::stop : CheckState::warn;
    finding.consequence = "latency below 1 ms: a reading may cost a microsecond or a system call";
    finding.remedy = "boot with clocksource=tsc if the CPU's TSC is invariant";
  }
  return finding;
}

Finding check_perf_permission(const CheckInput& input) {
  Finding finding{.check = "perf_permission", .source = "/proc/sys/kernel/perf_event_paranoid"};
  const auto level = input.files.read_integer(finding.source);
  if (!level) {
    finding.state = CheckState::not_visible;
    finding.fact = "the kernel shows no performance events";
    finding.consequence = "roofline: work and traffic are the declared ones, not counted ones";
    return finding;
  }
  finding.fact = fmt::format("perf_event_paranoid is {}", *level);
  if (*level >= 2) {
    finding.state = CheckState::note;
    finding.consequence =
        "counters: without root only user mode is counted; the roofline uses declared flops and bytes";
    finding.remedy = "sudo sysctl kernel.perf_event_paranoid=1";
    finding.undo = fmt::format("sudo sysctl kernel.perf_event_paranoid={}", *level);
  }
  return finding;
}

Finding check_address_randomisation(const CheckInput& input) {
  Finding finding{.check = "address_randomisation", .source = "/proc/sys/kernel/randomize_va_space"};
  const auto level = input.files.read_integer(finding.source);
  if (!level) {
    finding.state = CheckState::not_visible;
    finding.fact = "not shown";
    return finding;
  }
  // Recorded only: random layouts belong to the spread between repeats, and repeats should see it.
  finding.fact =
      *level == 0 ? "addresses are the same in every run" : "addresses differ from run to run, as repeats should";
  return finding;
}

Finding check_results_folder(const CheckInput& input) {
  Finding finding{.check = "results_folder", .source = "/proc/self/mountinfo"};
  if (input.request.results_folder.empty()) {
    finding.state = CheckState::not_applicable;
    finding.fact = "no folder for results is named";
    return finding;
  }
  const auto mounts = input.files.read("/proc/self/mountinfo");
  const std::string type = mounts ? file_system_of(*mounts, input.request.results_folder) : std::string{};
  if (type.empty()) {
    finding.state = CheckState::not_visible;
    finding.fact = "the file system of the results is not shown";
    return finding;
  }
  finding.fact = "results go to " + type;
  constexpr std::array<std::string_view, 8> kRemote{"nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "beegfs", "ceph"};
  const bool remote = std::find(kRemote.begin(), kRemote.end(), type) != kRemote.end() || type.starts_with("fuse");
  if (remote) {
    finding.state = CheckState::note;
    finding.consequence = "none for the numbers: results are written after the run; locks and the index may be slow";
    finding.remedy = "--out on a local disk";
  } else if (type == "tmpfs" || type == "overlay") {
    finding.state = CheckState::note;
    finding.consequence = "none for the numbers: the results vanish with this container or at the next boot";
    finding.remedy = "--out on a disk that stays";
  }
  return finding;
}

BuildKind current_build() {
  BuildKind build;
#if !defined(__OPTIMIZE__)
  build.optimised = false;
#endif
#if defined(_GLIBCXX_ASSERTIONS)
  build.assertions = true;
#endif
#ifdef ASSAY_SANITIZED
  build.sanitizers = true;
#endif
  build.compiler = __VERSION__;
  return build;
}

Finding check_build(const BuildKind& build) {
  Finding finding{.check = "build", .source = "compiled in"};
  finding.fact = fmt::format("{}{}{}, compiler {}", build.optimised ? "optimised" : "not optimised",
                             build.assertions ? ", with library assertions" : "",
                             build.sanitizers ? ", with sanitizers" : "", build.compiler);
  if (!build.optimised || build.sanitizers) {
    finding.state = CheckState::stop;
  } else if (build.assertions) {
    finding.state = CheckState::warn;
  }
  if (finding.state != CheckState::ok) {
    finding.consequence = "all metrics: this is a build for finding faults, not for measuring";
    finding.remedy = "cmake --preset release && cmake --build --preset release";
  }
  return finding;
}

}  // namespace assay
