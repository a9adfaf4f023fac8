#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "harness/unavailable.hpp"

namespace assay {

/// What a GPU's driver tells of the board. A test hands in another than NVML. Devices are counted from 0. Changes no
/// setting. A reading that the device does not give carries the driver's own words.
class GpuSensors {
 public:
  GpuSensors() = default;
  GpuSensors(const GpuSensors&) = delete;
  GpuSensors& operator=(const GpuSensors&) = delete;
  virtual ~GpuSensors() = default;

  [[nodiscard]] virtual std::size_t device_count() const = 0;
  [[nodiscard]] virtual Reading<std::string> name(std::size_t device) = 0;
  [[nodiscard]] virtual Reading<double> temperature_c(std::size_t device) = 0;

  /// Of the whole board. From Ampere on (but GA100) an average over about a second, and on A100 and H100 only a quarter
  /// of the time is sampled (arXiv 2312.02741): windows of 10 s and more.
  [[nodiscard]] virtual Reading<double> power_w(std::size_t device) = 0;

  /// Of the whole board at this moment.
  [[nodiscard]] virtual Reading<double> instant_power_w(std::size_t device) = 0;

  /// Of the whole board since the driver was loaded.
  [[nodiscard]] virtual Reading<double> energy_j(std::size_t device) = 0;

  /// Of the streaming multiprocessors.
  [[nodiscard]] virtual Reading<double> clock_hz(std::size_t device) = 0;

  [[nodiscard]] virtual Reading<double> memory_clock_hz(std::size_t device) = 0;

  /// Bits as throttle_reasons_text() reads them.
  [[nodiscard]] virtual Reading<std::uint64_t> throttle_reasons(std::size_t device) = 0;
};

/// The GPUs by NVML, opened at run time and shut down with the last owner; the loader's or NVML's reason where there is
/// none. Starting NVML can take seconds where no persistence daemon runs.
[[nodiscard]] Reading<std::shared_ptr<GpuSensors>> open_gpu_sensors();

/// "SW power cap, HW thermal slowdown"; "none" for 0. A bit without a known name is told by its value.
[[nodiscard]] std::string throttle_reasons_text(std::uint64_t reasons);

/// Whether the reasons say that heat holds the clock back, by software or by hardware.
[[nodiscard]] bool is_thermal_throttling(std::uint64_t reasons);

/// Whether they say that heat, power or a protection of the hardware does. An idle GPU or a chosen clock is none.
[[nodiscard]] bool is_throttling(std::uint64_t reasons);

}  // namespace assay
