#include "scenarios/envelope_governor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace assay {

EnvelopeGovernor::EnvelopeGovernor(ThermalEnvelope envelope, EmulatedClock& emulated, Clock& clock,
                                   const GovernorOptions& options)
    : model_(std::move(envelope)),
      emulated_(emulated),
      clock_(clock),
      options_(options),
      step_period_(std::max(
          kShortestStep, from_seconds(seconds(model_.envelope().poll_period) / model_.envelope().time_compression))) {
  if (options_.workers < 1) {
    throw std::invalid_argument(
        fmt::format("{} workers under a thermal envelope: 1 or more are needed", options_.workers));
  }
  trace_.reserve(options_.most_points);
  emulated_.set_factor(model_.state().factor);
}

void EnvelopeGovernor::begin() {
  begun_at_ = last_at_ = clock_.now();
  counted_busy_ = emulated_.busy();
}

void EnvelopeGovernor::step() {
  const Instant now = clock_.now();
  const Nanoseconds elapsed = now - last_at_;
  if (elapsed <= Nanoseconds::zero()) {
    return;
  }
  last_at_ = now;
  const Nanoseconds busy = std::min(emulated_.busy() - counted_busy_, options_.workers * elapsed);
  counted_busy_ += busy;
  const double utilisation = seconds(busy) / (options_.workers * seconds(elapsed));
  const ThermalModel::State state = model_.advance(elapsed, utilisation);
  emulated_.set_factor(state.factor);
  if (trace_.size() == options_.most_points) {
    ++no_room_count_;
    return;
  }
  trace_.push_back(
      {.at = now, .factor = state.factor, .temperature_c = state.temperature_c, .utilisation = utilisation});
}

void EnvelopeGovernor::run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { stopped_.raise(); });
  begin();
  Instant next = last_at_ + step_period_;
  while (true) {
    const std::uint32_t seen = stopped_.epoch();
    if (stop.stop_requested()) {
      break;
    }
    if (!clock_.wait(stopped_, seen, next)) {
      step();
      next += step_period_;
      if (next <= last_at_) {  // late by a whole period: no flood of steps to make up for it
        next = last_at_ + step_period_;
      }
    }
  }
  emulated_.set_factor(1.0);
}

}  // namespace assay
