#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/sensor_set.hpp"

namespace assay {

/// What is found and what is not while the kinds of sensors are looked for, one function a kind.
class SensorFindings {
 public:
  explicit SensorFindings(const FileSource& files) : files_(files) {}

  [[nodiscard]] const FileSource& files() const { return files_; }

  /// A name that is taken already gets `place` behind it ("acpitz (thermal_zone1)").
  void add(ReadableSensor found, std::string_view place);

  /// The integer in the file sensor.source, times `scale`. If the file cannot be read as one, the sensor is absent with
  /// that reason. True if it was added.
  bool add_file(const Sensor& sensor, double scale, std::string_view place);

  void add_absence(std::string kind, std::string reason);

  [[nodiscard]] std::size_t count() const { return found_.size(); }
  [[nodiscard]] SensorSet finish() &&;

 private:
  const FileSource& files_;
  std::vector<ReadableSensor> found_;
  std::vector<SensorAbsence> absences_;
};

/// The integer of a file times `scale`, nothing for what is no value of the quantity: zones and chips without a real
/// temperature sensor report absolute zero or the limit of their type.
[[nodiscard]] std::optional<double> read_scaled(const FileSource& files, const Sensor& sensor, double scale);

/// "/sys/class/hwmon is absent", or empty.
[[nodiscard]] std::string state_of_folder(const FileSource& files, const std::string& folder);

/// Why the file gives no number: absent, not readable by this user, or its text.
[[nodiscard]] std::string state_of_file(const FileSource& files, const std::string& path);

void find_cpufreq_sensors(std::span<const int> cpus, SensorFindings& findings);
void find_thermal_zones(SensorFindings& findings);
void find_hwmon_sensors(SensorFindings& findings);
void find_rapl_counters(SensorFindings& findings);
void find_throttle_counts(std::span<const int> cpus, SensorFindings& findings);
void find_batteries(SensorFindings& findings);
void find_gpu_sensors(const Reading<std::shared_ptr<GpuSensors>>& gpus, SensorFindings& findings);

}  // namespace assay
