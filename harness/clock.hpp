#pragma once

#include <cstdint>

#include "harness/signal.hpp"
#include "harness/time.hpp"

namespace assay {

/// The source of time and of waiting. Everything that measures or waits is handed one, so that a
/// test can hand it a SimulatedClock and get the same answer every time.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual Instant now() const noexcept = 0;

  /// Returns the time at which it stopped waiting: at or after `deadline`, at once if that has passed.
  virtual Instant wait_until(Instant deadline) noexcept = 0;

  /// Returns true once `signal` has been raised since its epoch was `seen`, false at `deadline`.
  virtual bool wait(Signal& signal, std::uint32_t seen, Instant deadline) noexcept = 0;
};

}  // namespace assay
