#include "scenarios/emulation.hpp"

#include <stop_token>

namespace assay {
namespace {

EnvelopeRecord record_of(const ThermalEnvelope& envelope) {
  return {.name = envelope.name,
          .source = envelope.source,
          .ambient_c = envelope.ambient_c,
          .resistance_k_per_w = envelope.resistance_k_per_w,
          .time_constant_s = envelope.time_constant_s,
          .trip_c = envelope.trip_c,
          .idle_w = envelope.idle_w,
          .peak_w = envelope.peak_w,
          .hysteresis_k = envelope.hysteresis_k,
          .steps = envelope.steps,
          .poll_period_s = seconds(envelope.poll_period),
          .time_compression = envelope.time_compression};
}

}  // namespace

Emulation::Emulation(const ThermalEnvelope& envelope, EmulatedClock& clock, int workers)
    : sleeping_clock_({.spin_margin = Nanoseconds{0}, .signal_spin = Nanoseconds{0}}),
      governor_(envelope, clock, sleeping_clock_, {.workers = workers}),
      thread_([this](const std::stop_token& stop) { governor_.run(stop); }) {}

EnvelopeRecord Emulation::finish() {
  thread_.request_stop();
  thread_.join();
  EnvelopeRecord record = record_of(governor_.model().envelope());
  record.trace.reserve(governor_.trace().size());
  for (const EnvelopePoint& point : governor_.trace()) {
    record.trace.push_back({.t_s = seconds(point.at - governor_.begun_at()),
                            .factor = point.factor,
                            .temperature_c = point.temperature_c,
                            .utilisation = point.utilisation});
  }
  record.no_room_count = governor_.no_room_count();
  return record;
}

}  // namespace assay
