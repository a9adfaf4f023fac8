#include "harness/sensor_discovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace assay {
namespace {

bool is_listed(const FileSource& files, const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  const std::vector<std::string> names = files.list(path.substr(0, slash));
  return std::find(names.begin(), names.end(), path.substr(slash + 1)) != names.end();
}

bool is_possible(SensorQuantity quantity, double value) {
  constexpr double kColdest = -100.0;
  constexpr double kHottest = 250.0;
  return quantity != SensorQuantity::temperature_c || (value > kColdest && value < kHottest);
}

}  // namespace

void SensorFindings::add(ReadableSensor found, std::string_view place) {
  const bool taken = std::any_of(found_.begin(), found_.end(), [&found](const ReadableSensor& other) {
    return other.sensor.name == found.sensor.name;
  });
  if (taken) {
    found.sensor.name += fmt::format(" ({})", place);
  }
  found_.push_back(std::move(found));
}

bool SensorFindings::add_file(const Sensor& sensor, double scale, std::string_view place) {
  if (!files_.read_integer(sensor.source)) {
    add_absence(sensor.name, state_of_file(files_, sensor.source));
    return false;
  }
  const FileSource& files = files_;
  add({.sensor = sensor, .read = [&files, sensor, scale] { return read_scaled(files, sensor, scale); }}, place);
  return true;
}

void SensorFindings::add_absence(std::string kind, std::string reason) {
  absences_.push_back({.kind = std::move(kind), .why = Unavailable{std::move(reason)}});
}

SensorSet SensorFindings::finish() && { return {std::move(found_), std::move(absences_)}; }

std::optional<double> read_scaled(const FileSource& files, const Sensor& sensor, double scale) {
  const auto number = files.read_integer(sensor.source);
  if (!number || !is_possible(sensor.quantity, scale * static_cast<double>(*number))) {
    return std::nullopt;
  }
  return scale * static_cast<double>(*number);
}

std::string state_of_folder(const FileSource& files, const std::string& folder) {
  return fmt::format("{} is {}", folder, is_listed(files, folder) ? "empty" : "absent");
}

std::string state_of_file(const FileSource& files, const std::string& path) {
  if (!is_listed(files, path)) {
    return path + " is absent";
  }
  const auto text = files.read_line(path);
  constexpr std::size_t kLongest = 40;
  return text ? fmt::format("{} holds no integer: {}", path, text->substr(0, kLongest))
              : path + " is there but cannot be read by this user now";
}

}  // namespace assay
