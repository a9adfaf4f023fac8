#include <fmt/format.h>

#include <set>

#include "harness/sensor_discovery.hpp"

namespace assay {

void find_throttle_counts(std::span<const int> cpus, SensorFindings& findings) {
  std::vector<int> without;
  std::set<long long> packages;
  for (const int cpu : cpus) {
    const std::string place = fmt::format("/sys/devices/system/cpu/cpu{}", cpu);
    const std::string folder = place + "/thermal_throttle";
    if (findings.files().list(folder).empty()) {
      without.push_back(cpu);
      continue;
    }
    findings.add_file({.name = fmt::format("thermal_throttle cpu{} core", cpu),
                       .quantity = SensorQuantity::throttle_count,
                       .source = folder + "/core_throttle_count"},
                      1.0, folder);
    // Each CPU of a package counts the events of the package.
    const long long package = findings.files().read_integer(place + "/topology/physical_package_id").value_or(0);
    if (packages.insert(package).second) {
      findings.add_file({.name = fmt::format("thermal_throttle package {}", package),
                         .quantity = SensorQuantity::throttle_count,
                         .source = folder + "/package_throttle_count"},
                        1.0, folder);
    }
  }
  if (!without.empty()) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu{}/thermal_throttle", without.front());
    findings.add_absence(
        "thermal_throttle",
        fmt::format("{} (Intel's driver on bare metal makes it){}", state_of_folder(findings.files(), folder),
                    without.size() == 1 ? std::string{} : ", and so for each of CPUs " + cpu_list_text(without)));
  }
}

}  // namespace assay
