#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace assay {

/// What an injector process tells the process that started it: memory that both see. All in atomics that need no
/// lock, so that it is sound between processes. What the kernel accounts for is read there and not here; this holds
/// only what the kernel does not know.
struct InjectorBoard {
  static constexpr std::size_t kLengths = 4096;

  enum class Scheduling : std::uint32_t { unknown, fifo, nice, ordinary };

  std::atomic<std::uint32_t> ready{0};  ///< 1: pinned and running
  std::atomic<std::uint32_t> stop{0};   ///< set by the parent
  std::atomic<Scheduling> scheduling{Scheduling::unknown};
  std::atomic<int> failed_call{0};       ///< errno of what kept it from starting
  std::atomic<std::uint64_t> events{0};  ///< bursts or wake-ups made
  std::atomic<std::uint64_t> bytes{0};   ///< read from memory
  /// The last lengths of bursts in nanoseconds, as a ring by number of the event.
  std::array<std::atomic<std::uint32_t>, kLengths> lengths_ns{};
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<InjectorBoard::Scheduling>::is_always_lock_free);

}  // namespace assay
