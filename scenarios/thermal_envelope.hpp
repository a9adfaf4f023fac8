#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/time.hpp"

namespace assay {

/// How a device that throttles heats up and what its governor does: the parameters of ThermalModel. What runs under one
/// is EMULATED. The values of the files shipped are assumed, none was measured.
///
/// dT/dt = (ambient + R P - T) / tau, P = idle + (peak - idle) f^3 u for a clock factor f and a utilisation u: dynamic
/// power goes with f V^2, and V with f. All times are of the model; `time_compression` makes it run faster.
struct ThermalEnvelope {
  std::string name;    ///< 1 to 40 letters, digits, '-', '_' and '.'
  std::string source;  ///< where the values come from: "assumed, not measured"
  double ambient_c = 25.0;
  double resistance_k_per_w = 0.0;  ///< R, from the part that trips to the air
  double time_constant_s = 0.0;     ///< tau
  double trip_c = 0.0;
  double idle_w = 0.0;
  double peak_w = 0.0;        ///< at factor 1 and utilisation 1
  double hysteresis_k = 1.0;  ///< the governor lets the clock rise again below trip - hysteresis
  std::vector<double> steps{1.0, 0.9, 0.8, 0.7, 0.6, 0.5};  ///< factors, falling from 1
  Nanoseconds poll_period = std::chrono::seconds{1};        ///< of the governor: it moves one step a poll
  double time_compression = 1.0;                            ///< seconds of the model in one of the run
};

/// A value that is no sensible one.
struct EnvelopeFault {
  std::string key;   ///< its name in a file: "trip_c"
  std::string text;  ///< what it is, what is needed and in which unit
};
[[nodiscard]] std::vector<EnvelopeFault> faults_of(const ThermalEnvelope& envelope);

/// Where the temperature [degrees C] goes under a constant load. The model starts at that of utilisation 0.
[[nodiscard]] double steady_temperature_c(const ThermalEnvelope& envelope, double factor, double utilisation);

/// How long full load at factor 1 takes from `start_c` to the trip point, in time of the model: -tau ln((T_ss - T_trip)
/// / (T_ss - T_0)). Nothing if it never gets there.
[[nodiscard]] std::optional<Nanoseconds> time_to_trip(const ThermalEnvelope& envelope, double start_c);

/// The factor that full load can keep for ever just below the trip point, were every factor allowed: ((P_sust - P_idle)
/// / (P_peak - P_idle))^(1/3) with P_sust = (T_trip - T_ambient) / R, at most 1. Steps and hysteresis get less out of
/// the same heat, since f^3 is convex: an upper bound of the mean.
[[nodiscard]] double sustained_factor(const ThermalEnvelope& envelope);

}  // namespace assay
