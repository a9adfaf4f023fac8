#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace assay {

/// A cache line that two threads hand to and fro: the time that one core's write takes to reach another core. An
/// iteration is a round trip, which is two transfers; half its time is the one-way latency.
class CoreToCore {
 public:
  static constexpr std::uint64_t kTransfersPerRoundTrip = 2;

  /// Polls of a thread for one answer. Some hundred milliseconds on an idle machine; on a busy one some seconds, since
  /// the thread yields now and then.
  static constexpr std::uint64_t kMostPolls = std::uint64_t{1} << 24;

  /// The line lies where the constructing thread's memory is.
  explicit CoreToCore(std::uint64_t most_polls = kMostPolls) : most_polls_(most_polls) {}

  /// Called by threads 0 and 1 at the same time with the same number; other threads of a team return at once. A thread
  /// whose partner does not answer gives up, and with it all later runs, until restart().
  void run(std::size_t thread, std::uint64_t round_trips) noexcept;

  /// False once a thread gave up: what was timed is then no figure.
  [[nodiscard]] bool complete() const noexcept { return !given_up_.load(std::memory_order_acquire); }

  /// Round trips done by both threads since the beginning.
  [[nodiscard]] std::uint64_t round_trips() const noexcept;

  /// After a run in which a thread gave up, while no thread is in run().
  void restart() noexcept;

 private:
  // Two lines apart, also where the prefetcher fetches lines in pairs.
  static constexpr std::size_t kApart = 128;

  [[nodiscard]] bool await(std::uint64_t value) noexcept;

  struct alignas(kApart) Position {
    std::uint64_t trips = 0;  ///< finished by that thread
  };

  alignas(kApart) std::atomic<std::uint64_t> ball_{0};
  alignas(kApart) std::atomic<bool> given_up_{false};
  std::uint64_t most_polls_;
  std::array<Position, 2> positions_{};
};

}  // namespace assay
