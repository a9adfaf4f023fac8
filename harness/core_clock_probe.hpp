#pragma once

#include <functional>
#include <optional>

#include "harness/clock.hpp"
#include "harness/thread_meter.hpp"

namespace assay {

/// The rate [1/s] at which a core runs now, where no sensor tells it. A test hands in another.
class CoreClockProbe {
 public:
  CoreClockProbe() = default;
  CoreClockProbe(const CoreClockProbe&) = delete;
  CoreClockProbe& operator=(const CoreClockProbe&) = delete;
  virtual ~CoreClockProbe() = default;

  /// Nothing if the core cannot be had or every stretch on it was disturbed.
  [[nodiscard]] virtual std::optional<double> clock_hz(int cpu) = 0;
};

/// Goes to the core with the calling thread, runs kStretches chains of about 40 us there (estimate_clock()), and comes
/// back to the CPUs that the thread was allowed before. Work on that core waits for as long: 0.12 ms of a second. On a
/// core that a real-time thread keeps busy the calling thread waits until it gets a turn.
class MovingClockProbe final : public CoreClockProbe {
 public:
  static constexpr int kStretches = 3;

  MovingClockProbe(Clock& clock, const ThreadMeter& meter);
  [[nodiscard]] std::optional<double> clock_hz(int cpu) override;

 private:
  Clock& clock_;
  const ThreadMeter& meter_;
  Nanoseconds clock_cost_;
};

/// The highest of `count` stretches, nothing if none gave a value: what disturbs a core only slows it.
[[nodiscard]] std::optional<double> fastest_stretch(int count, const std::function<std::optional<double>()>& stretch);

}  // namespace assay
