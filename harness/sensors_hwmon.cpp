#include <fmt/format.h>

#include <array>
#include <utility>

#include "harness/sensor_discovery.hpp"

namespace assay {
namespace {

/// A kind of channel: "temp1_input" is a temperature in thousandths of a degree (kernel documentation,
/// hwmon/sysfs-interface).
struct ChannelKind {
  std::string_view prefix;
  std::string_view suffix;
  SensorQuantity quantity;
  double scale;
};

// A chip that averages power gives power1_average as well or instead; its input, where it has one, is the moment's.
constexpr std::array<ChannelKind, 4> kKinds{{{"temp", "_input", SensorQuantity::temperature_c, 1e-3},
                                             {"power", "_input", SensorQuantity::power_w, 1e-6},
                                             {"power", "_average", SensorQuantity::power_w, 1e-6},
                                             {"energy", "_input", SensorQuantity::energy_j, 1e-6}}};
constexpr std::array<std::pair<const char*, const char*>, 3> kLimits{
    {{"_max", "max"}, {"_crit", "critical"}, {"_emergency", "emergency"}}};

bool is_of(const ChannelKind& kind, std::string_view file) {
  if (file.size() <= kind.prefix.size() + kind.suffix.size() || !file.starts_with(kind.prefix) ||
      !file.ends_with(kind.suffix)) {
    return false;
  }
  const std::string_view number =
      file.substr(kind.prefix.size(), file.size() - kind.prefix.size() - kind.suffix.size());
  return number.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<TripPoint> limits_of(const FileSource& files, const std::string& channel) {
  std::vector<TripPoint> limits;
  for (const auto& [suffix, type] : kLimits) {
    const auto value =
        read_scaled(files, {.quantity = SensorQuantity::temperature_c, .source = channel + suffix}, kKinds[0].scale);
    if (value && *value > 0.0) {
      limits.push_back({.type = type, .temperature_c = *value});
    }
  }
  return limits;
}

void find_channels(const std::string& folder, const std::string& place, SensorFindings& findings) {
  const FileSource& files = findings.files();
  const std::string chip = files.read_line(folder + "/name").value_or(place);
  for (const std::string& file : files.list(folder)) {
    for (const ChannelKind& kind : kKinds) {
      if (!is_of(kind, file)) {
        continue;
      }
      const std::string channel = file.substr(0, file.size() - kind.suffix.size());
      const std::string path = fmt::format("{}/{}", folder, channel);
      const std::string label = files.read_line(path + "_label").value_or(channel);
      const std::string_view averaged = kind.suffix == "_average" ? " average" : "";
      findings.add_file(
          {.name = fmt::format("{} {}{}", chip, label, averaged),
           .quantity = kind.quantity,
           .source = fmt::format("{}/{}", folder, file),
           .trips = kind.quantity == SensorQuantity::temperature_c ? limits_of(files, path) : std::vector<TripPoint>{}},
          kind.scale, fmt::format("{} {}", place, channel));
    }
  }
}

}  // namespace

void find_hwmon_sensors(SensorFindings& findings) {
  const std::string root = "/sys/class/hwmon";
  const std::vector<std::string> chips = findings.files().list(root);
  if (chips.empty()) {
    findings.add_absence("hwmon", state_of_folder(findings.files(), root));
    return;
  }
  const std::size_t before = findings.count();
  for (const std::string& chip : chips) {
    find_channels(fmt::format("{}/{}", root, chip), chip, findings);
  }
  if (findings.count() == before) {
    findings.add_absence("hwmon", fmt::format("none of the {} chips in {} gives a temperature, a power or an energy",
                                              chips.size(), root));
  }
}

}  // namespace assay
