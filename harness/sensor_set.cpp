#include "harness/sensor_set.hpp"

#include <utility>

#include "harness/sensor_discovery.hpp"

namespace assay {

std::string_view name_of(SensorQuantity quantity) {
  switch (quantity) {
    case SensorQuantity::frequency_hz:
      return "frequency_hz";
    case SensorQuantity::temperature_c:
      return "temperature_c";
    case SensorQuantity::power_w:
      return "power_w";
    case SensorQuantity::energy_j:
      return "energy_j";
    case SensorQuantity::throttle_count:
      return "throttle_count";
    case SensorQuantity::throttle_reasons:
      return "throttle_reasons";
    case SensorQuantity::on_battery:
      return "on_battery";
  }
  return "";
}

std::optional<TripPoint> trip_reached(const Sensor& sensor, double temperature_c) {
  std::optional<TripPoint> lowest;
  for (const TripPoint& trip : sensor.trips) {
    if (temperature_c >= trip.temperature_c && (!lowest || trip.temperature_c < lowest->temperature_c)) {
      lowest = trip;
    }
  }
  return lowest;
}

SensorSet::SensorSet(std::vector<ReadableSensor> found, std::vector<SensorAbsence> absences)
    : absences_(std::move(absences)) {
  for (ReadableSensor& each : found) {
    sensors_.push_back(std::move(each.sensor));
    readers_.push_back(std::move(each.read));
  }
}

SensorSample SensorSet::read(Instant at) const {
  SensorSample sample;
  read(at, sample);
  return sample;
}

void SensorSet::read(Instant at, SensorSample& sample) const {
  sample.at = at;
  sample.values.resize(readers_.size());
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    sample.values[i] = readers_[i]();
  }
}

SensorSet discover_sensors(const FileSource& files, std::span<const int> cpus,
                           const Reading<std::shared_ptr<GpuSensors>>& gpus) {
  SensorFindings findings(files);
  find_cpufreq_sensors(cpus, findings);
  find_thermal_zones(findings);
  find_hwmon_sensors(findings);
  find_rapl_counters(findings);
  find_throttle_counts(cpus, findings);
  find_batteries(findings);
  find_gpu_sensors(gpus, findings);
  return std::move(findings).finish();
}

}  // namespace assay
