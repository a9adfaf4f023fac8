#pragma once

#include <atomic>
#include <cstdint>

#include "harness/time.hpp"

namespace assay {

/// Wakes threads that wait for an event: a counter that goes up, with a futex behind it.
/// Raising it costs one atomic add while nobody sleeps; it makes no system call then.
class Signal {
 public:
  [[nodiscard]] std::uint32_t epoch() const noexcept { return epoch_.load(std::memory_order_acquire); }

  void raise() noexcept;

  /// Sleeps until the epoch differs from `seen` or about `timeout` has passed; may return early.
  void sleep(std::uint32_t seen, Nanoseconds timeout) noexcept;

 private:
  std::atomic<std::uint32_t> epoch_{0};
  std::atomic<std::uint32_t> sleepers_{0};
};

}  // namespace assay
