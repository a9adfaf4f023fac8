#pragma once

#include <atomic>
#include <cstdint>

#include "harness/clock.hpp"
#include "harness/steady_clock.hpp"
#include "harness/time.hpp"

namespace assay {

/// Waits by reading the clock only: a core whose clock is low is busy, not asleep, and nobody else can use it.
inline constexpr WaitPolicy kSpinOnly{.spin_margin = std::chrono::hours{24 * 365}};

/// What a governor and the workers under it share: the factor that holds now, and the time that workers were busy.
class EmulatedClock {
 public:
  [[nodiscard]] double factor() const noexcept { return factor_.load(std::memory_order_relaxed); }
  void set_factor(double factor) noexcept { factor_.store(factor, std::memory_order_relaxed); }

  void add_busy(Nanoseconds busy) noexcept { busy_ns_.fetch_add(busy.count(), std::memory_order_relaxed); }
  [[nodiscard]] Nanoseconds busy() const noexcept { return Nanoseconds{busy_ns_.load(std::memory_order_relaxed)}; }

 private:
  alignas(64) std::atomic<double> factor_{1.0};
  alignas(64) std::atomic<std::int64_t> busy_ns_{0};
};

/// Makes work take as long as it would at a lower clock: after each piece of it the worker spins worked * (1/f - 1).
/// What was measured with it is EMULATED.
///
/// Pieces are whole queries here, so that each query's latency is 1/f times its own, as with a slower clock. The factor
/// is read once, at its end: a query longer than the poll period of the governor feels only the last of the factors
/// that held while it ran, where a real clock would have slowed it piece by piece. Its memory traffic is slowed with
/// it, where a real core clock leaves the memory alone: an upper bound for work that waits for memory.
class Dilator {
 public:
  /// `clock` should wait without sleeping: a SteadyClock with kSpinOnly. Both must outlive it. One dilator a worker, or
  /// one for all.
  Dilator(EmulatedClock& emulated, Clock& clock) : emulated_(emulated), clock_(clock) {}

  /// Spins and returns for how long, including what the clock overshot. Allocates and throws nothing; any thread.
  Nanoseconds after_chunk(Nanoseconds worked) noexcept;

 private:
  EmulatedClock& emulated_;
  Clock& clock_;
};

}  // namespace assay
