#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "harness/clock.hpp"

namespace assay {

/// A clock whose time moves only when somebody waits. Events scheduled with at() run, in order of
/// their instant and then of their scheduling, while the waiting thread passes them. One thread only.
class SimulatedClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const noexcept override { return now_; }
  Instant wait_until(Instant deadline) noexcept override;
  bool wait(Signal& signal, std::uint32_t seen, Instant deadline) noexcept override;

  /// Runs `action` when time reaches `instant`; an instant in the past runs at the next wait.
  void at(Instant instant, std::function<void()> action);

  /// Moves time forward without running events: the caller itself was busy for `duration`.
  void spend(Nanoseconds duration) noexcept { now_ += duration; }

 private:
  struct Event {
    Instant instant;
    std::uint64_t order = 0;
    std::function<void()> action;
    bool operator<(const Event& other) const {
      return instant != other.instant ? instant > other.instant : order > other.order;
    }
  };

  void run_next_event();

  Instant now_{};
  std::uint64_t scheduled_count_ = 0;
  std::priority_queue<Event> events_;
};

}  // namespace assay
