#pragma once

#include <optional>
#include <string>

#include "harness/sensor_set.hpp"
#include "harness/time.hpp"
#include "harness/unavailable.hpp"

namespace assay {

/// Energy that a counter measured between two of its readings.
struct MeasuredEnergy {
  std::string boundary;  ///< what is inside, by the counter's name: "RAPL package-0"
  double joules = 0.0;
  Nanoseconds over{0};

  [[nodiscard]] double mean_power_w() const { return joules / seconds(over); }
};

/// Turns readings of an energy counter into joules. RAPL's counters begin again at 0 where they reach their range,
/// which takes minutes at full power: readings must come at least once in that time, for two wraps look like one. A
/// counter that wraps and was reset (by hibernation) cannot be told from one that wrapped.
class EnergyMeter {
 public:
  /// `counter` is an energy_j sensor.
  explicit EnergyMeter(const Sensor& counter) : boundary_(counter.name), wraps_at_j_(counter.wraps_at_j) {}

  /// Instants ascend. A reading that failed (nothing) leaves a longer interval, no gap.
  void add(Instant at, std::optional<double> counter_j);

  /// Since the first reading. Unavailable with fewer than two readings, or when the counter went back without a wrap:
  /// it was reset, and what it had counted until then is lost.
  [[nodiscard]] Reading<MeasuredEnergy> since_start() const;

  /// Between the last two readings, with the same reasons.
  [[nodiscard]] Reading<MeasuredEnergy> last_interval() const;

 private:
  [[nodiscard]] Reading<MeasuredEnergy> between(Instant begin, double joules) const;

  std::string boundary_;
  std::optional<double> wraps_at_j_;
  Instant first_at_{};
  Instant previous_at_{};
  Instant last_at_{};
  std::optional<double> last_j_;
  double last_gain_j_ = 0.0;
  double total_j_ = 0.0;
  bool was_reset_ = false;
};

}  // namespace assay
