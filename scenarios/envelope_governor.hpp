#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "harness/clock.hpp"
#include "harness/signal.hpp"
#include "harness/time.hpp"
#include "scenarios/dilation.hpp"
#include "scenarios/thermal_model.hpp"

namespace assay {

/// The state of the model after one step of the governor. All of it EMULATED.
struct EnvelopePoint {
  Instant at;
  double factor = 1.0;
  double temperature_c = 0.0;
  double utilisation = 0.0;  ///< since the point before
};

struct GovernorOptions {
  int workers = 1;                   ///< whose busy time together is a utilisation of 1
  std::size_t most_points = 20'000;  ///< room for the trace, taken at the start
};

/// Runs a ThermalModel beside the workers: the busy time that they report heats it, and its factor slows them.
///
/// A query reports when it ends. One that is longer than a step of the governor gives no utilisation while it runs and
/// more than a whole at its end; what is more is kept for the steps that follow, so that no heat is lost, it only comes
/// late.
class EnvelopeGovernor {
 public:
  /// A thread that wakes more often takes a CPU from what it watches. The model itself polls as often as it must.
  static constexpr Nanoseconds kShortestStep = std::chrono::milliseconds{5};

  /// Sets the factor to 1. Throws std::invalid_argument for a faulty envelope and for fewer than one worker.
  EnvelopeGovernor(ThermalEnvelope envelope, EmulatedClock& emulated, Clock& clock,
                   const GovernorOptions& options = {});

  /// The zero of the model's time, and of the busy time that counts.
  void begin();

  /// Lets the model catch up with now.
  void step();

  /// begin(), then a step each poll period (of the model, so that much less of the run under time compression, but
  /// no less than kShortestStep) until `stop`. For a thread of its own: std::jthread([&](std::stop_token stop) {
  /// governor.run(stop); }). Sets the factor back to 1 at the end.
  void run(const std::stop_token& stop);

  /// For after run() has returned.
  [[nodiscard]] const std::vector<EnvelopePoint>& trace() const { return trace_; }
  [[nodiscard]] std::size_t no_room_count() const { return no_room_count_; }  ///< steps after the trace was full
  [[nodiscard]] Instant begun_at() const { return begun_at_; }
  [[nodiscard]] const ThermalModel& model() const { return model_; }

 private:
  ThermalModel model_;
  EmulatedClock& emulated_;
  Clock& clock_;
  GovernorOptions options_;
  Nanoseconds step_period_;
  Instant begun_at_{};
  Instant last_at_{};
  Nanoseconds counted_busy_{0};
  std::vector<EnvelopePoint> trace_;
  std::size_t no_room_count_ = 0;
  Signal stopped_;
};

}  // namespace assay
