#include "scenarios/thermal_model.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace assay {
namespace {

ThermalEnvelope checked(ThermalEnvelope envelope) {
  std::string faults;
  for (const EnvelopeFault& fault : faults_of(envelope)) {
    faults += (faults.empty() ? "thermal envelope: " : "; ") + fault.key + ' ' + fault.text;
  }
  if (!faults.empty()) {
    throw std::invalid_argument(faults);
  }
  return envelope;
}

}  // namespace

ThermalModel::ThermalModel(ThermalEnvelope envelope)
    : envelope_(checked(std::move(envelope))),
      temperature_c_(steady_temperature_c(envelope_, 1.0, 0.0)),
      next_poll_(envelope_.poll_period) {}

ThermalModel::State ThermalModel::advance(Nanoseconds elapsed, double utilisation) {
  const double load = std::clamp(utilisation, 0.0, 1.0);
  const Nanoseconds end = model_time_ + from_seconds(std::max(seconds(elapsed), 0.0) * envelope_.time_compression);
  while (next_poll_ <= end) {
    heat(next_poll_ - model_time_, load);
    poll();
    next_poll_ += envelope_.poll_period;
  }
  heat(end - model_time_, load);
  return state();
}

void ThermalModel::heat(Nanoseconds duration, double utilisation) {
  const double goal_c = steady_temperature_c(envelope_, envelope_.steps[step_], utilisation);
  temperature_c_ = goal_c + (temperature_c_ - goal_c) * std::exp(-seconds(duration) / envelope_.time_constant_s);
  model_time_ += duration;
}

void ThermalModel::poll() {
  if (temperature_c_ >= envelope_.trip_c) {
    step_ = std::min(step_ + 1, envelope_.steps.size() - 1);
  } else if (temperature_c_ < envelope_.trip_c - envelope_.hysteresis_k && step_ > 0) {
    --step_;
  }
}

}  // namespace assay
