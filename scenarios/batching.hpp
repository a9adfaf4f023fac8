#pragma once

#include <span>
#include <vector>

#include "harness/bounded_queue.hpp"
#include "harness/clock.hpp"
#include "loadgen/query.hpp"

namespace assay {

/// When a worker stops collecting and starts to work.
struct BatchPolicy {
  std::size_t max_batch = 1;
  Nanoseconds timeout{0};  ///< from the first sample of the batch; 0 takes only what already waits
};

/// Samples on their way from the issuing threads to the workers. Any number of threads on both sides.
class SampleQueue {
 public:
  explicit SampleQueue(std::size_t capacity) : samples_(capacity) {}

  /// Waits in small sleeps while the queue is full: the issuing thread is then late, and the delay is charged to
  /// latency.
  void push(std::span<const QuerySample> samples, Clock& clock) noexcept;

  /// Ends the waiting for company: a batch under way starts at once, later ones take only what already waits, until
  /// expect_more().
  void flush() noexcept;
  void expect_more() noexcept { flushed_.store(false, std::memory_order_release); }

  /// Wakes all workers and makes collect() return empty from now on; what waits is given up.
  void close() noexcept;
  [[nodiscard]] bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }

  /// Takes at least one and at most policy.max_batch samples, waiting for the first without limit and for the others as
  /// the policy says. Empty only after close(). `batch` has room for policy.max_batch; nothing is allocated.
  void collect(Clock& clock, const BatchPolicy& policy, std::vector<QuerySample>& batch) noexcept;

 private:
  BoundedQueue<QuerySample> samples_;
  Signal arrived_;
  std::atomic<bool> flushed_{false};
  std::atomic<bool> closed_{false};
};

}  // namespace assay
