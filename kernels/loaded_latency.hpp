#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "harness/clock.hpp"
#include "harness/time.hpp"
#include "harness/units.hpp"
#include "kernels/chase.hpp"
#include "kernels/stream.hpp"

namespace assay {

/// Latency of thread 0's dependent loads while the other threads of a team move data: each from its own memory, as fast
/// as a delay between chunks lets them. Latency against what they really moved shows where queueing begins.
class LoadedLatency {
 public:
  struct Settings {
    std::size_t threads = 2;  ///< 2 or more
    Bytes chase_size;         ///< of thread 0
    Bytes stream_size;        ///< of each other thread, all operands together
    StreamMix mix = StreamMix::load;
    std::size_t streams = 1;
    Pages pages = Pages::huge;
    std::optional<int> chase_node{};
    std::optional<int> stream_node{};
  };

  /// What one run did; `complete` is false if a thread did not come, and the rest is then no figure.
  struct Result {
    std::uint64_t accesses = 0;  ///< whole steps of Chase::kStepAccesses
    Nanoseconds elapsed{0};      ///< of the accesses alone
    Bytes injected;              ///< counted traffic of the other threads meanwhile, in whole chunks
    bool complete = false;
  };

  /// Throws std::invalid_argument as Chase and Stream do, and for less than 2 threads. `clock` must outlive this.
  LoadedLatency(const Settings& settings, Clock& clock);

  /// Takes and fills the memory of `thread`; called by that thread, which thereby touches it first.
  void prepare(std::size_t thread, std::uint64_t seed);

  /// Additions in a row, about one a cycle, between two chunks of a thread; empty: the other threads only wait. Between
  /// runs. Starts as empty.
  void set_delay(std::optional<std::uint64_t> additions) { delay_ = additions; }

  /// Six settings from idle to full speed; the longest delay leaves about a tenth of one core's usual share.
  [[nodiscard]] static std::array<std::optional<std::uint64_t>, 6> delays();

  /// Called by all threads at once, after prepare(). Thread 0 follows `accesses` loads, rounded up to whole steps, once
  /// all others have begun; they stop when it has finished. A thread that waits for one that does not come gives up
  /// after some seconds at most, and with it all later runs.
  void run(std::size_t thread, std::uint64_t accesses) noexcept;

  /// After a run.
  [[nodiscard]] const Result& last_run() const noexcept { return result_; }

  /// Counted traffic of thread 1 and the following since the beginning.
  [[nodiscard]] Bytes moved() const noexcept;

 private:
  struct alignas(128) Injector {
    std::unique_ptr<Stream> stream;
    std::uint64_t chunk_bytes = 0;
    std::uint64_t runs = 0;
    std::atomic<std::uint64_t> chunks{0};
  };

  void chase(std::uint64_t accesses) noexcept;
  void inject(Injector& injector) noexcept;
  [[nodiscard]] bool wait_for_injectors() noexcept;

  Settings settings_;
  Clock& clock_;
  Chase chase_;
  std::vector<Injector> injectors_;
  std::optional<std::uint64_t> delay_;
  Result result_;
  std::uint64_t runs_ = 0;                            ///< of thread 0
  alignas(128) std::atomic<std::uint64_t> begun_{0};  ///< injectors' runs together
  alignas(128) std::atomic<std::uint64_t> finished_{0};
  std::atomic<bool> given_up_{false};
};

}  // namespace assay
