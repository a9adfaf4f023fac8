#include <fmt/format.h>

#include "harness/sensor_discovery.hpp"

namespace assay {
namespace {

constexpr double kDegreesPerUnit = 1e-3;

std::vector<TripPoint> trips_of(const FileSource& files, const std::string& zone) {
  constexpr int kMostTrips = 12;  // THERMAL_MAX_TRIPS of the kernel
  std::vector<TripPoint> trips;
  for (int i = 0; i < kMostTrips; ++i) {
    const auto type = files.read_line(fmt::format("{}/trip_point_{}_type", zone, i));
    const auto temperature = read_scaled(
        files, {.quantity = SensorQuantity::temperature_c, .source = fmt::format("{}/trip_point_{}_temp", zone, i)},
        kDegreesPerUnit);
    if (type && temperature && *temperature > 0.0) {  // 0 and below: a trip point that is not in use
      trips.push_back({.type = *type, .temperature_c = *temperature});
    }
  }
  return trips;
}

}  // namespace

void find_thermal_zones(SensorFindings& findings) {
  const std::string root = "/sys/class/thermal";
  bool found = false;
  for (const std::string& name : findings.files().list(root)) {
    if (!name.starts_with("thermal_zone")) {
      continue;
    }
    found = true;
    const std::string zone = fmt::format("{}/{}", root, name);
    findings.add_file({.name = "thermal zone " + findings.files().read_line(zone + "/type").value_or(name),
                       .quantity = SensorQuantity::temperature_c,
                       .source = zone + "/temp",
                       .trips = trips_of(findings.files(), zone)},
                      kDegreesPerUnit, name);
  }
  if (!found) {
    findings.add_absence("thermal zones", findings.files().list(root).empty() ? state_of_folder(findings.files(), root)
                                                                              : root + " holds no thermal_zone*");
  }
}

}  // namespace assay
