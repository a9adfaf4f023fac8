#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/clock.hpp"
#include "harness/run_queue_account.hpp"
#include "harness/time.hpp"

namespace assay {

/// What the kernel accounted while one slow piece of work lasted.
struct SlowService {
  std::uint64_t id = 0;  ///< of the work, as its owner numbers it
  Nanoseconds service{0};
  Nanoseconds waited{0};     ///< in the run queue
  Nanoseconds elsewhere{0};  ///< neither running nor waiting: a hypervisor or an interrupt had the CPU
  std::uint32_t involuntary_switches = 0;
  std::uint32_t minor_faults = 0;
  std::uint32_t major_faults = 0;
  bool migrated = false;
};

/// Keeps the account of the slowest pieces of work of one thread, at a bounded cost: the account is read after a piece
/// that took kSlowFactor times the usual time, and before every n-th piece, so that what it says of the slow one holds
/// at most n - 1 quick ones besides (whose own time is taken off). n follows from the cost of a reading, measured at
/// the start, so that the readings before take at most kBudget of the work. Allocates nothing after construction.
class SlowServiceLog {
 public:
  static constexpr double kSlowFactor = 1.25;
  static constexpr double kBudget = 0.004;
  static constexpr std::size_t kCapacity = 8192;

  /// `usual`: the median time of a piece, as far as it is known; it is tracked from there. `most_units`: pieces may
  /// hold 1 to so many units (a batch), each size with a usual time of its own.
  SlowServiceLog(RunQueueMeter& meter, Nanoseconds reading_cost, Nanoseconds usual, std::size_t most_units);

  /// Before a piece of work.
  void begin() noexcept;
  /// After it. True if the piece was slow: note() then keeps its account for each of the ids that it stands for.
  [[nodiscard]] bool end(Nanoseconds service, std::size_t units) noexcept;
  void note(std::uint64_t id) noexcept;

  [[nodiscard]] bool available() const { return available_; }
  [[nodiscard]] std::uint64_t reading_count() const { return readings_; }
  [[nodiscard]] Nanoseconds reading_cost() const { return reading_cost_; }
  [[nodiscard]] std::uint64_t slow_count() const { return slow_count_; }
  /// The slowest kCapacity pieces, in no order.
  [[nodiscard]] const std::vector<SlowService>& entries() const { return entries_; }

 private:
  [[nodiscard]] std::optional<RunQueueAccount> read() noexcept;
  void track(Nanoseconds service, std::size_t units) noexcept;

  RunQueueMeter& meter_;
  std::vector<double> usual_ns_;  ///< by units - 1
  Nanoseconds reading_cost_;
  std::uint64_t every_ = 1;
  std::uint64_t since_ = 0;    ///< pieces since the last reading
  Nanoseconds quick_time_{0};  ///< of the pieces since the last reading
  std::optional<RunQueueAccount> last_;
  SlowService current_;
  std::vector<SlowService> entries_;  ///< a heap, the quickest on top
  std::uint64_t readings_ = 0;
  std::uint64_t slow_count_ = 0;
  bool available_ = true;
};

/// What the threads of a system under test noted in one run.
struct ServiceAccounts {
  std::vector<SlowService> slow;
  std::uint64_t slow_count = 0;  ///< pieces that were slow; more than `slow` holds where only the slowest were kept
  Nanoseconds on_cpu{0};         ///< of all threads over the run
  Nanoseconds waited{0};
  std::uint64_t involuntary_switches = 0;
  std::uint64_t readings = 0;
  Nanoseconds reading_cost{0};
  std::string not_available;  ///< why there is no account; empty if there is one
};

/// The median cost of a reading on the calling thread, over a few dozen; zero if there is no account.
[[nodiscard]] Nanoseconds reading_cost(RunQueueMeter& meter, const Clock& clock);

}  // namespace assay
