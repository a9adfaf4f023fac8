#include <fmt/format.h>

#include <algorithm>

#include "harness/sensor_discovery.hpp"

namespace assay {
namespace {

constexpr double kJoulesPerUnit = 1e-6;

/// "intel-rapl:0" is a package or the platform, "intel-rapl:0:1" a part of it. AMD's counters have the same names.
bool is_zone(std::string_view name) { return name.starts_with("intel-rapl") && name.find(':') != std::string::npos; }

/// "package-0" or "package-0 core": what is inside the boundary of this counter.
std::string boundary_of(const FileSource& files, const std::string& root, const std::string& zone) {
  const std::string own = files.read_line(fmt::format("{}/{}/name", root, zone)).value_or(zone);
  if (std::count(zone.begin(), zone.end(), ':') < 2) {
    return own;
  }
  const std::string parent = zone.substr(0, zone.find_last_of(':'));
  return fmt::format("{} {}", files.read_line(fmt::format("{}/{}/name", root, parent)).value_or(parent), own);
}

void find_counter(const std::string& root, const std::string& zone, SensorFindings& findings) {
  const FileSource& files = findings.files();
  Sensor sensor{.name = "RAPL " + boundary_of(files, root, zone),
                .quantity = SensorQuantity::energy_j,
                .source = fmt::format("{}/{}/energy_uj", root, zone)};
  const std::vector<std::string> present = files.list(fmt::format("{}/{}", root, zone));
  if (std::find(present.begin(), present.end(), "energy_uj") != present.end() && !files.read(sensor.source)) {
    findings.add_absence(sensor.name, sensor.source + " is there, but only root may read it (CVE-2020-8694)");
    return;
  }
  if (const auto range = files.read_integer(fmt::format("{}/{}/max_energy_range_uj", root, zone));
      range && *range > 0) {
    sensor.wraps_at_j = kJoulesPerUnit * static_cast<double>(*range);
  }
  findings.add_file(sensor, kJoulesPerUnit, zone);
}

}  // namespace

void find_rapl_counters(SensorFindings& findings) {
  const std::string root = "/sys/class/powercap";
  bool found = false;
  for (const std::string& zone : findings.files().list(root)) {
    if (is_zone(zone)) {
      found = true;
      find_counter(root, zone, findings);
    }
  }
  if (!found) {
    findings.add_absence("RAPL", findings.files().list(root).empty() ? state_of_folder(findings.files(), root)
                                                                     : root + " holds no intel-rapl zone");
  }
}

}  // namespace assay
