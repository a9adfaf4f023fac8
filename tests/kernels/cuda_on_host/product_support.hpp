#pragma once

#include <functional>
#include <utility>

namespace assay::on_host {

/// Whether the stand-in for cuBLASLt knows scales of rows and columns, as cards before capability 9.0 do not.
[[nodiscard]] bool& outer_scales_known();

/// Milliseconds between two events: there is no clock here, so that a test may say which of two is faster.
[[nodiscard]] std::function<float()>& milliseconds_of_events();

/// Says so for as long as it lives.
class EventClock {
 public:
  explicit EventClock(std::function<float()> milliseconds) : before_(std::move(milliseconds_of_events())) {
    milliseconds_of_events() = std::move(milliseconds);
  }
  ~EventClock() { milliseconds_of_events() = std::move(before_); }
  EventClock(const EventClock&) = delete;
  EventClock& operator=(const EventClock&) = delete;

 private:
  std::function<float()> before_;
};

}  // namespace assay::on_host
