#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/energy_meter.hpp"
#include "harness/sensor_set.hpp"
#include "harness/time.hpp"
#include "harness/unavailable.hpp"

namespace assay {

/// What the machine told at one moment. Shares are of its CPU time since the sample before, absent where the account is
/// hidden or did not move.
struct MachineSample {
  SensorSample sensors;
  std::optional<double> steal;                        ///< a hypervisor ran something else
  std::optional<double> foreign;                      ///< other processes and interrupts
  std::optional<std::uint64_t> involuntary_switches;  ///< of this process, a count; where the shares are known
  std::vector<std::optional<double>> clock_hz;  ///< by SensorSeries::probe_cpus; nothing where the probe was disturbed
};

/// What a SensorSampler took, and what it cost.
struct SensorSeries {
  std::vector<Sensor> sensors;  ///< the order of each sample's values
  std::vector<SensorAbsence> absences;
  std::vector<int> probe_cpus;
  Nanoseconds period{0};
  std::vector<MachineSample> samples;
  std::uint64_t missed_count = 0;       ///< periods that passed without a sample: the sampler came late
  std::uint64_t no_room_count = 0;      ///< periods after the series was full
  Nanoseconds own_cpu_time{0};          ///< of the sampling thread
  Nanoseconds elapsed{0};               ///< from its begin to the end of its last sample
  std::vector<std::string> departures;  ///< what the thread asked of the system and did not get

  /// The share of one core that sampling took, nothing before time has passed.
  [[nodiscard]] std::optional<double> own_cpu_share() const;
};

/// The energy that sensors[index] measured over the samples. Unavailable if that is no energy counter, and for the
/// reasons of EnergyMeter. Throws std::out_of_range for an index that is none.
[[nodiscard]] Reading<MeasuredEnergy> energy_over(const SensorSeries& series, std::size_t index);

}  // namespace assay
