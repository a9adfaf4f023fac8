#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "analysis/percentile.hpp"
#include "harness/bounded_queue.hpp"
#include "harness/clock.hpp"
#include "loadgen/system_under_test.hpp"
#include "scenarios/batching.hpp"

namespace assay {

/// When a second worker gets a query as well.
struct HedgeRequest {
  std::optional<Nanoseconds> after;                                   ///< of work on it
  Percentile percentile = Percentile::of_parts_per_million(950'000);  ///< without `after`: of the warm-up's work
};

/// What hedging did in one run.
struct HedgeCounts {
  std::uint64_t sent = 0;           ///< copies put into the queue
  std::uint64_t started = 0;        ///< copies that a worker ran, to their end: the extra work
  std::uint64_t won = 0;            ///< copies that answered first
  std::uint64_t dropped = 0;        ///< copies that found their query answered before they began
  std::uint64_t no_room_count = 0;  ///< starts that the hedging thread never saw: those queries had no copy
};

/// Hedged requests (Dean and Barroso, The Tail at Scale, CACM 56(2), 2013): what a worker has had for `after` is put
/// into the queue a second time; the first answer wins. A copy whose query was answered meanwhile is dropped before it
/// starts; what runs runs to its end, as a kernel cannot be stopped in the middle. The time counts from the start of
/// the work and not from the arrival: one queue feeds all workers, so that the copy of a query that still waits would
/// only stand behind it.
///
/// Each sample is answered once, whoever computes it: its state decides, by one compare-and-swap. Worker threads use
/// the functions below admit(); one thread of the owner calls step() in turn.
class Hedging {
 public:
  Hedging(const Hedging&) = delete;
  Hedging& operator=(const Hedging&) = delete;

  /// Starts that the hedging thread has not seen yet: a second of a very fast kernel. More have no room.
  static constexpr std::size_t kStartedCapacity = std::size_t{1} << 16;

  /// The most samples between the oldest unanswered one and the newest: far more than the queue of a system holds.
  static constexpr std::size_t kWindow = std::size_t{1} << 18;

  struct Options {
    Nanoseconds after{0};
    std::size_t workers = 0;
    std::size_t max_batch = 1;
  };
  Hedging(const Options& options, std::shared_ptr<ResponseSink> sink, const Clock& clock);
  ~Hedging();

  /// Before the samples go into the queue.
  void issue(std::span<const QuerySample> samples) noexcept;

  /// Leaves out of `batch` what this worker need not do: copies whose query is answered.
  void admit(std::size_t worker, std::vector<QuerySample>& batch) noexcept;

  /// Where this worker reports; what it says of a copy is told on only if the copy won.
  [[nodiscard]] ResponseSink& sink_of(std::size_t worker) noexcept;

  /// Puts a copy of each sample that is due into `queue` and returns when it should be called again.
  [[nodiscard]] Instant step(Instant now, SampleQueue& queue, Clock& clock) noexcept;

  [[nodiscard]] HedgeCounts counts() const noexcept;

 private:
  enum class State : std::uint8_t { waiting, running, hedged, answered };
  struct Started {
    QuerySample sample;
    Instant since;
  };
  class WorkerSink;

  /// Position and state in one word, so that a slot that a later sample took is told from an own one.
  [[nodiscard]] static std::uint64_t word(std::uint64_t position, State state) noexcept {
    return position << 2U | static_cast<std::uint64_t>(state);
  }
  [[nodiscard]] std::atomic<std::uint64_t>& slot(QueryId id) noexcept { return slots_[id.position() % kWindow]; }
  [[nodiscard]] bool change(QueryId id, State from, State to) noexcept;
  /// True for the first answer.
  [[nodiscard]] bool answer(QueryId id) noexcept;

  Nanoseconds after_;
  const Clock& clock_;
  std::shared_ptr<ResponseSink> sink_;
  std::vector<std::atomic<std::uint64_t>> slots_;
  BoundedQueue<Started> started_;
  std::optional<Started> next_;  ///< the oldest that is not due
  std::vector<std::unique_ptr<WorkerSink>> workers_;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> copies_started_{0};
  std::atomic<std::uint64_t> won_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> no_room_{0};
};

}  // namespace assay
