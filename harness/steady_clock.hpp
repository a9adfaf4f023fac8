#pragma once

#include "harness/clock.hpp"

namespace assay {

/// How a thread waits: asleep until `spin_margin` before the deadline, then reading the clock. The margin must exceed
/// the wake error of this host (ClockQuality), or the sleep itself makes the thread late. Zero means: only sleep.
struct WaitPolicy {
  Nanoseconds spin_margin = std::chrono::microseconds{200};
  Nanoseconds signal_spin = std::chrono::microseconds{50};  ///< before a wait for a signal goes to sleep
};

/// The clock of real runs: CLOCK_MONOTONIC_RAW, which nothing steps or slews. Any number of threads.
class SteadyClock final : public Clock {
 public:
  explicit SteadyClock(WaitPolicy policy = {}) : policy_(policy) {}

  [[nodiscard]] Instant now() const noexcept override;
  Instant wait_until(Instant deadline) noexcept override;
  bool wait(Signal& signal, std::uint32_t seen, Instant deadline) noexcept override;

  [[nodiscard]] const WaitPolicy& policy() const { return policy_; }

 private:
  WaitPolicy policy_;
};

/// Lowers the timer slack of the calling thread from Linux's default of 50 us to 1 ns: without it every sleep ends
/// 50 us late. Changes nothing outside this thread.
void request_precise_sleep() noexcept;

}  // namespace assay
