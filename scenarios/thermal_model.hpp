#pragma once

#include <cstddef>

#include "harness/time.hpp"
#include "scenarios/thermal_envelope.hpp"

namespace assay {

/// The temperature and the governor of a ThermalEnvelope over time, exact between two polls. At each poll the governor
/// goes one step down if the temperature has reached the trip point, one step up if it is below trip - hysteresis, and
/// else stays. Knows no clock; one thread.
class ThermalModel {
 public:
  struct State {
    double factor = 1.0;  ///< of the clock, one of the steps
    double temperature_c = 0.0;
  };

  /// Begins at the idle temperature, at the first step. Throws std::invalid_argument naming each fault of the envelope.
  explicit ThermalModel(ThermalEnvelope envelope);

  /// Lets `elapsed` of the run pass, time_compression times as much of the model, at a utilisation that is held between
  /// 0 and 1. Returns the state at its end.
  State advance(Nanoseconds elapsed, double utilisation);

  [[nodiscard]] State state() const { return {envelope_.steps[step_], temperature_c_}; }
  [[nodiscard]] Nanoseconds model_time() const { return model_time_; }
  [[nodiscard]] const ThermalEnvelope& envelope() const { return envelope_; }

 private:
  void heat(Nanoseconds duration, double utilisation);
  void poll();

  ThermalEnvelope envelope_;
  std::size_t step_ = 0;
  double temperature_c_;
  Nanoseconds model_time_{0};
  Nanoseconds next_poll_;
};

}  // namespace assay
