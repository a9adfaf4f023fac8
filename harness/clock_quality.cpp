#include "harness/clock_quality.hpp"

#include <algorithm>
#include <limits>

#include "harness/file_source.hpp"
#include "harness/simulated_clock.hpp"
#include "harness/steady_clock.hpp"

namespace assay {
namespace {

constexpr int kBatches = 51;
constexpr int kReadingsPerBatch = 400;
constexpr int kSleeps = 100;
constexpr Nanoseconds kSleep = std::chrono::microseconds{200};

std::string source_of(const Clock& clock) {
  if (dynamic_cast<const SteadyClock*>(&clock) != nullptr) {
    const SystemFiles files;
    return "CLOCK_MONOTONIC_RAW (" +
           files.read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource")
               .value_or("clock source not shown") +
           ")";
  }
  return dynamic_cast<const SimulatedClock*>(&clock) != nullptr ? "simulated" : "unnamed clock";
}

void measure_readings(ClockQuality& quality, const Clock& clock) {
  double cheapest = std::numeric_limits<double>::infinity();
  Nanoseconds smallest_step = Nanoseconds::max();
  for (int batch = 0; batch < kBatches; ++batch) {
    const Instant begin = clock.now();
    Instant last = begin;
    for (int i = 0; i < kReadingsPerBatch; ++i) {
      const Instant time = clock.now();
      const Nanoseconds step = time - last;
      if (step < Nanoseconds::zero()) {
        ++quality.backward_steps;
      } else if (step > Nanoseconds::zero()) {
        smallest_step = std::min(smallest_step, step);
      }
      last = time;
    }
    cheapest = std::min(cheapest, static_cast<double>((last - begin).count()) / kReadingsPerBatch);
  }
  quality.cost_ns = cheapest;
  quality.resolution_ns = smallest_step == Nanoseconds::max() ? 0 : smallest_step.count();
}

}  // namespace

Nanoseconds spin_margin_for(Nanoseconds wake_error_p90) {
  // The probe's sleeps are short; a CPU that idled for the 33 ms between two frames of a camera wakes later. In a
  // virtual machine 1 to 7 % of such wakes were more than 100 us past a margin of 100 us, none of those of the probe.
  constexpr Nanoseconds kShortest = std::chrono::microseconds{250};
  constexpr Nanoseconds kLongest = std::chrono::microseconds{500};
  return std::clamp(2 * wake_error_p90, kShortest, kLongest);
}

void set_wake_error(ClockQuality& quality, std::vector<Nanoseconds> lateness) {
  if (lateness.empty()) {
    return;
  }
  std::sort(lateness.begin(), lateness.end());
  const auto at_percent = [&lateness](std::size_t percent) {
    return lateness[(percent * lateness.size() + 99) / 100 - 1];
  };
  quality.wake_error_p50 = at_percent(50);
  quality.wake_error_p90 = at_percent(90);
  quality.wake_error_max = lateness.back();
  quality.spin_margin = spin_margin_for(quality.wake_error_p90);
}

ClockQuality measure_clock_quality(Clock& clock) {
  ClockQuality quality;
  quality.source = source_of(clock);
  measure_readings(quality, clock);

  SteadyClock sleeping{{.spin_margin = Nanoseconds::zero(), .signal_spin = Nanoseconds::zero()}};
  Clock& waiting = dynamic_cast<SteadyClock*>(&clock) != nullptr ? static_cast<Clock&>(sleeping) : clock;
  request_precise_sleep();
  std::vector<Nanoseconds> lateness;
  lateness.reserve(kSleeps);
  for (int i = 0; i < kSleeps; ++i) {
    const Instant deadline = clock.now() + kSleep;
    lateness.push_back(waiting.wait_until(deadline) - deadline);
  }
  set_wake_error(quality, std::move(lateness));
  return quality;
}

}  // namespace assay
