#include <fmt/format.h>

#include <cmath>

#include "harness/sensor_discovery.hpp"

namespace assay {
namespace {

constexpr double kPerMicro = 1e-6;

/// A battery that feeds this machine: those of mice and headsets say scope "Device".
bool is_system_battery(const FileSource& files, const std::string& folder) {
  return files.read_line(folder + "/type") == "Battery" && files.read_line(folder + "/scope") != "Device";
}

/// Some drivers count discharging as negative.
std::optional<double> magnitude(const FileSource& files, const std::string& path) {
  const auto number = files.read_integer(path);
  return number ? std::optional{kPerMicro * std::fabs(static_cast<double>(*number))} : std::nullopt;
}

/// Into the battery or out of it: what the whole machine takes only while the battery is discharged.
void find_power(const std::string& folder, const std::string& name, SensorFindings& findings) {
  const FileSource& files = findings.files();
  Sensor sensor{.name = fmt::format("battery {} power", name), .quantity = SensorQuantity::power_w};
  const std::string power = folder + "/power_now";
  const std::string current = folder + "/current_now";
  const std::string voltage = folder + "/voltage_now";
  if (magnitude(files, power)) {
    sensor.source = power;
    findings.add({.sensor = sensor, .read = [&files, power] { return magnitude(files, power); }}, name);
  } else if (magnitude(files, current) && magnitude(files, voltage)) {
    sensor.source = fmt::format("{} x {}", current, voltage);
    const auto product = [&files, current, voltage]() -> std::optional<double> {
      const auto amperes = magnitude(files, current);
      const auto volts = magnitude(files, voltage);
      return amperes && volts ? std::optional{*amperes * *volts} : std::nullopt;
    };
    findings.add({.sensor = sensor, .read = product}, name);
  } else {
    findings.add_absence(sensor.name, fmt::format("{}; {}; {}", state_of_file(files, power),
                                                  state_of_file(files, current), state_of_file(files, voltage)));
  }
}

void find_status(const std::string& folder, const std::string& name, SensorFindings& findings) {
  const FileSource& files = findings.files();
  const std::string path = folder + "/status";
  const Sensor sensor{
      .name = fmt::format("battery {} discharging", name), .quantity = SensorQuantity::on_battery, .source = path};
  const auto read = [&files, path]() -> std::optional<double> {
    const auto status = files.read_line(path);  // Unknown, Charging, Discharging, Not charging, Full
    if (!status || *status == "Unknown") {
      return std::nullopt;
    }
    return *status == "Discharging" ? 1.0 : 0.0;
  };
  if (files.read_line(path)) {
    findings.add({.sensor = sensor, .read = read}, name);
  } else {
    findings.add_absence(sensor.name, state_of_file(files, path));
  }
}

}  // namespace

void find_batteries(SensorFindings& findings) {
  const std::string root = "/sys/class/power_supply";
  const std::vector<std::string> supplies = findings.files().list(root);
  bool found = false;
  for (const std::string& name : supplies) {
    const std::string folder = fmt::format("{}/{}", root, name);
    if (is_system_battery(findings.files(), folder)) {
      found = true;
      find_power(folder, name, findings);
      find_status(folder, name, findings);
    }
  }
  if (!found) {
    findings.add_absence("battery", supplies.empty() ? state_of_folder(findings.files(), root)
                                                     : root + " holds no battery of this machine");
  }
}

}  // namespace assay
