#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "harness/doctor_checks.hpp"

namespace assay {
namespace {

std::string policy_folder(int cpu) { return fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq", cpu); }

/// "performance on 0-3, powersave on 4-7".
std::string text_of(const std::map<std::string, std::vector<int>>& by_governor) {
  std::vector<std::string> parts;
  parts.reserve(by_governor.size());
  for (const auto& entry : by_governor) {
    parts.push_back(entry.first + " on " + cpu_list_text(entry.second));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string range_text(const CheckInput& input, int cpu) {
  const auto lowest = input.files.read_integer(policy_folder(cpu) + "/scaling_min_freq");
  const auto highest = input.files.read_integer(policy_folder(cpu) + "/scaling_max_freq");
  constexpr double kKilohertzPerGigahertz = 1e6;
  return lowest && highest
             ? fmt::format(", {:.2f} to {:.2f} GHz", static_cast<double>(*lowest) / kKilohertzPerGigahertz,
                           static_cast<double>(*highest) / kKilohertzPerGigahertz)
             : std::string{};
}

}  // namespace

Finding check_governor(const CheckInput& input) {
  Finding finding{.check = "governor", .source = "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"};
  std::map<std::string, std::vector<int>> by_governor;
  for (const int cpu : input.cpus()) {
    if (const auto governor = input.files.read_line(policy_folder(cpu) + "/scaling_governor")) {
      by_governor[*governor].push_back(cpu);
    }
  }
  if (by_governor.empty()) {
    finding.state = CheckState::not_visible;
    finding.fact = "no cpufreq: governor, driver and frequency limits are not shown";
    finding.consequence = "all metrics: a changing clock cannot be excluded";
    return finding;
  }
  const int first = by_governor.begin()->second.front();
  const auto driver = input.files.read_line(policy_folder(first) + "/scaling_driver");
  finding.fact = text_of(by_governor) + range_text(input, first) + (driver ? ", driver " + *driver : "");
  if (by_governor.size() == 1 && by_governor.contains("performance")) {
    return finding;
  }
  finding.state = CheckState::warn;
  finding.consequence = "latency after idle times and the first second of a run: the clock rises only under load";
  finding.remedy = "sudo cpupower frequency-set -g performance";
  const auto slow = std::find_if(by_governor.begin(), by_governor.end(),
                                 [](const auto& entry) { return entry.first != "performance"; });
  finding.undo = "sudo cpupower frequency-set -g " + slow->first;
  return finding;
}

Finding check_turbo(const CheckInput& input) {
  constexpr const char* kIntel = "/sys/devices/system/cpu/intel_pstate/no_turbo";
  constexpr const char* kOthers = "/sys/devices/system/cpu/cpufreq/boost";
  Finding finding{.check = "turbo"};
  const auto off = input.files.read_integer(kIntel);
  const auto boost = input.files.read_integer(kOthers);
  finding.source = off || !boost ? kIntel : kOthers;
  if (!off && !boost) {
    finding.state = CheckState::not_visible;
    finding.fact = "whether the clock may exceed its base is not shown";
    finding.consequence = "peak against sustained throughput: turbo cannot be excluded";
    return finding;
  }
  const bool on = off ? *off == 0 : *boost != 0;
  finding.fact = on ? "turbo is on" : "turbo is off";
  if (on) {
    finding.state = CheckState::note;
    finding.consequence = "sustained throughput: short runs see a clock that a soak does not hold";
    finding.remedy = off ? "echo 1 | sudo tee " + std::string{kIntel} : "echo 0 | sudo tee " + std::string{kOthers};
    finding.undo = off ? "echo 0 | sudo tee " + std::string{kIntel} : "echo 1 | sudo tee " + std::string{kOthers};
  }
  return finding;
}

Finding check_temperature(const CheckInput& input) {
  Finding finding{.check = "temperature", .source = "/sys/class/hwmon, /sys/class/thermal"};
  std::vector<long long> millidegrees;
  const auto collect = [&](const std::string& path) {
    if (const auto value = input.files.read_integer(path)) {
      millidegrees.push_back(*value);
    }
  };
  for (const auto& zone : input.files.list("/sys/class/thermal")) {
    if (zone.starts_with("thermal_zone")) {
      collect("/sys/class/thermal/" + zone + "/temp");
    }
  }
  for (const auto& chip : input.files.list("/sys/class/hwmon")) {
    for (const auto& file : input.files.list("/sys/class/hwmon/" + chip)) {
      if (file.starts_with("temp") && file.ends_with("_input")) {
        collect("/sys/class/hwmon/" + chip + "/" + file);
      }
    }
  }
  if (millidegrees.empty()) {
    finding.state = CheckState::not_visible;
    finding.fact = "no temperature sensor is shown";
    finding.consequence = "sustained throughput: thermal throttling cannot be excluded";
    return finding;
  }
  constexpr double kMilli = 1000.0;
  finding.fact = fmt::format("{} sensors, the hottest at {:.0f} degrees Celsius", millidegrees.size(),
                             static_cast<double>(*std::max_element(millidegrees.begin(), millidegrees.end())) / kMilli);
  const auto throttled = input.files.read_integer("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count");
  if (throttled && *throttled > 0) {
    finding.state = CheckState::note;
    finding.fact += fmt::format("; CPU 0 was throttled {} times since boot", *throttled);
    finding.consequence = "sustained throughput: this machine has run into its thermal limit before";
  }
  return finding;
}

Finding check_energy(const CheckInput& input) {
  Finding finding{.check = "energy", .source = "/sys/class/powercap/*/energy_uj"};
  bool present = false;
  for (const auto& domain : input.files.list("/sys/class/powercap")) {
    if (!domain.starts_with("intel-rapl:")) {
      continue;
    }
    present = true;
    if (input.files.read_integer("/sys/class/powercap/" + domain + "/energy_uj")) {
      finding.fact = "energy counters (RAPL) can be read";
      return finding;
    }
  }
  finding.state = CheckState::not_visible;
  finding.fact = present ? "energy counters (RAPL) exist, but only root may read them" : "no energy counter is shown";
  finding.consequence = "energy per query and power: not available";
  return finding;
}

Finding check_power_supply(const CheckInput& input) {
  Finding finding{.check = "power_supply", .source = "/sys/class/power_supply, /sys/firmware/acpi/platform_profile"};
  const std::string folder = "/sys/class/power_supply/";
  bool battery = false;
  bool discharging = false;
  for (const auto& supply : input.files.list("/sys/class/power_supply")) {
    // A mouse has a battery too; its scope says "Device".
    if (input.files.read_line(folder + supply + "/type") == "Battery" &&
        input.files.read_line(folder + supply + "/scope") != "Device") {
      battery = true;
      discharging = discharging || input.files.read_line(folder + supply + "/status") == "Discharging";
    }
  }
  const auto profile = input.files.read_line("/sys/firmware/acpi/platform_profile");
  const bool saving = profile == "low-power" || profile == "quiet";
  if (!battery && !profile) {
    finding.state = CheckState::not_applicable;
    finding.fact = "no battery and no platform profile";
    return finding;
  }
  finding.fact = (battery ? (discharging ? "on battery" : "battery not in use") : std::string{"no battery"}) +
                 (profile ? ", platform profile " + *profile : "");
  if (discharging || saving) {
    finding.state = CheckState::warn;
    finding.consequence = "all metrics: the firmware lowers the clock to save energy";
    finding.remedy = discharging ? "plug the machine in" : "powerprofilesctl set performance";
    finding.undo = discharging ? "" : "powerprofilesctl set power-saver";
  }
  return finding;
}

}  // namespace assay
