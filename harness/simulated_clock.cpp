#include "harness/simulated_clock.hpp"

#include <algorithm>
#include <utility>

namespace assay {

void SimulatedClock::at(Instant instant, std::function<void()> action) {
  events_.push({.instant = instant, .order = scheduled_count_++, .action = std::move(action)});
}

void SimulatedClock::run_next_event() {
  auto event = events_.top();
  events_.pop();
  now_ = std::max(now_, event.instant);
  event.action();
}

Instant SimulatedClock::wait_until(Instant deadline) noexcept {
  while (!events_.empty() && events_.top().instant <= deadline) {
    run_next_event();
  }
  now_ = std::max(now_, deadline);
  return now_;
}

bool SimulatedClock::wait(Signal& signal, std::uint32_t seen, Instant deadline) noexcept {
  while (signal.epoch() == seen) {
    if (events_.empty() || events_.top().instant > deadline) {
      now_ = std::max(now_, deadline);
      return false;
    }
    run_next_event();
  }
  return true;
}

}  // namespace assay
