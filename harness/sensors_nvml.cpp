#include <fmt/format.h>

#include <functional>
#include <utility>

#include "harness/sensor_discovery.hpp"

namespace assay {
namespace {

/// One thing that GpuSensors tells of one device, added if it can be read now.
template <class Value>
void add_reading(const Sensor& sensor, std::function<Reading<Value>()> ask, SensorFindings& findings) {
  const Reading<Value> now = ask();
  if (!now) {
    findings.add_absence(sensor.name, now.reason());
    return;
  }
  const auto read = [ask = std::move(ask)]() -> std::optional<double> {
    const Reading<Value> reading = ask();
    return reading ? std::optional{static_cast<double>(*reading)} : std::nullopt;
  };
  findings.add({.sensor = sensor, .read = read}, "NVML");
}

}  // namespace

void find_gpu_sensors(const Reading<std::shared_ptr<GpuSensors>>& gpus, SensorFindings& findings) {
  if (!gpus) {
    findings.add_absence("NVML", gpus.reason());
    return;
  }
  const std::shared_ptr<GpuSensors>& gpu = *gpus;
  for (std::size_t i = 0; i < gpu->device_count(); ++i) {
    const Reading<std::string> name = gpu->name(i);
    const auto sensor = [&name, i](std::string_view what, SensorQuantity quantity, std::string_view call) {
      return Sensor{.name = fmt::format("NVML GPU {} {}", i, what),
                    .quantity = quantity,
                    .source = fmt::format("{} of {}", call, name ? *name : "a device without a name")};
    };
    add_reading<double>(
        sensor("temperature", SensorQuantity::temperature_c, "nvmlDeviceGetTemperature"),
        [gpu, i] { return gpu->temperature_c(i); }, findings);
    add_reading<double>(
        sensor("power", SensorQuantity::power_w, "nvmlDeviceGetPowerUsage"), [gpu, i] { return gpu->power_w(i); },
        findings);
    add_reading<double>(
        sensor("instant power", SensorQuantity::power_w, "nvmlDeviceGetFieldValues, field 186"),
        [gpu, i] { return gpu->instant_power_w(i); }, findings);
    add_reading<double>(
        sensor("board energy", SensorQuantity::energy_j, "nvmlDeviceGetTotalEnergyConsumption"),
        [gpu, i] { return gpu->energy_j(i); }, findings);
    add_reading<double>(
        sensor("SM clock", SensorQuantity::frequency_hz, "nvmlDeviceGetClockInfo"),
        [gpu, i] { return gpu->clock_hz(i); }, findings);
    add_reading<double>(
        sensor("memory clock", SensorQuantity::frequency_hz, "nvmlDeviceGetClockInfo"),
        [gpu, i] { return gpu->memory_clock_hz(i); }, findings);
    add_reading<std::uint64_t>(
        sensor("throttle reasons", SensorQuantity::throttle_reasons, "nvmlDeviceGetCurrentClocksThrottleReasons"),
        [gpu, i] { return gpu->throttle_reasons(i); }, findings);
  }
}

}  // namespace assay
