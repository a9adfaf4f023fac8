#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/file_source.hpp"
#include "harness/gpu_sensors.hpp"
#include "harness/time.hpp"
#include "harness/unavailable.hpp"

namespace assay {

enum class SensorQuantity {
  frequency_hz,
  temperature_c,
  power_w,
  energy_j,          ///< a counter: only differences mean anything, see EnergyMeter
  throttle_count,    ///< a counter
  throttle_reasons,  ///< bits, see throttle_reasons_text()
  on_battery,        ///< 1 while a battery is discharged, else 0
};

/// The name of the quantity with its unit, as it stands in files: "temperature_c".
[[nodiscard]] std::string_view name_of(SensorQuantity quantity);

/// A temperature at which the system acts by itself.
struct TripPoint {
  std::string type;  ///< in the kernel's words: "passive", "hot", "critical", "active", "max"
  double temperature_c = 0.0;
};

struct Sensor {
  std::string name;  ///< unique in its set; names what is inside: "RAPL package-0", "NVML GPU 0 power"
  SensorQuantity quantity = SensorQuantity::temperature_c;
  std::string source;                ///< the file or the call that is read
  std::vector<TripPoint> trips;      ///< of a temperature
  std::optional<double> wraps_at_j;  ///< of an energy counter: where it begins again at 0
};

/// The lowest trip point that `temperature_c` has reached, nothing below all of them.
[[nodiscard]] std::optional<TripPoint> trip_reached(const Sensor& sensor, double temperature_c);

/// A kind of sensor that this machine does not have, or one sensor of it that cannot be read.
struct SensorAbsence {
  std::string kind;  ///< "RAPL", "thermal zones", or the name of the sensor
  Unavailable why;   ///< names the path or the call
};

/// The values of one moment, in the order of SensorSet::sensors(). Absent where the read failed at that moment.
struct SensorSample {
  Instant at;
  std::vector<std::optional<double>> values;
};

/// A sensor and how it is read now.
struct ReadableSensor {
  Sensor sensor;
  std::function<std::optional<double>()> read;
};

/// What a machine can tell of clocks, heat, power and throttling. Reading is for one thread at a time; it changes no
/// setting. What the sensors are read from must outlive the set.
class SensorSet {
 public:
  SensorSet() = default;
  SensorSet(std::vector<ReadableSensor> found, std::vector<SensorAbsence> absences);

  [[nodiscard]] const std::vector<Sensor>& sensors() const { return sensors_; }
  [[nodiscard]] const std::vector<SensorAbsence>& absences() const { return absences_; }

  [[nodiscard]] SensorSample read(Instant at) const;

  /// The same into a sample that has its room already.
  void read(Instant at, SensorSample& sample) const;

 private:
  std::vector<Sensor> sensors_;
  std::vector<std::function<std::optional<double>()>> readers_;
  std::vector<SensorAbsence> absences_;
};

/// Everything that can be read on this machine, with a reason for each kind that is not there: cpufreq, thermal zones,
/// hwmon, RAPL, thermal_throttle, battery and NVML. Per-CPU sensors are those of `cpus`: reading a clock can wake a CPU
/// that sleeps, so it is asked only of those that matter. `gpus` is what open_gpu_sensors() gives.
[[nodiscard]] SensorSet discover_sensors(const FileSource& files, std::span<const int> cpus,
                                         const Reading<std::shared_ptr<GpuSensors>>& gpus);

}  // namespace assay
