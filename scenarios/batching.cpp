#include "scenarios/batching.hpp"

namespace assay {

namespace {

/// A worker that waits for its first sample looks this often whether the queue was closed.
constexpr Nanoseconds kIdlePoll = std::chrono::milliseconds{100};
/// A full queue is tried again after this time.
constexpr Nanoseconds kFullPoll = std::chrono::microseconds{50};

}  // namespace

void SampleQueue::push(std::span<const QuerySample> samples, Clock& clock) noexcept {
  for (const QuerySample& sample : samples) {
    while (!samples_.try_push(sample)) {
      if (closed()) {
        return;  // nobody will take it: it is lost, and the run says so
      }
      arrived_.raise();
      clock.wait_until(clock.now() + kFullPoll);
    }
  }
  arrived_.raise();
}

void SampleQueue::flush() noexcept {
  flushed_.store(true, std::memory_order_release);
  arrived_.raise();
}

void SampleQueue::close() noexcept {
  closed_.store(true, std::memory_order_release);
  arrived_.raise();
}

void SampleQueue::collect(Clock& clock, const BatchPolicy& policy, std::vector<QuerySample>& batch) noexcept {
  batch.clear();
  QuerySample sample;
  Instant deadline{};
  while (batch.size() < policy.max_batch) {
    const std::uint32_t epoch = arrived_.epoch();
    if (closed() && batch.empty()) {
      return;  // what waits is given up with the run
    }
    if (samples_.try_pop(sample)) {
      batch.push_back(sample);
      if (batch.size() == 1) {
        deadline = clock.now() + policy.timeout;
      }
      continue;
    }
    if (batch.empty()) {
      clock.wait(arrived_, epoch, clock.now() + kIdlePoll);
      continue;
    }
    const bool company_may_come = !closed() && !flushed_.load(std::memory_order_acquire);
    if (!company_may_come || clock.now() >= deadline) {
      return;
    }
    clock.wait(arrived_, epoch, deadline);
  }
}

}  // namespace assay
