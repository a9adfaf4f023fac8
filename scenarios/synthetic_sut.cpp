#include "scenarios/synthetic_sut.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace assay {

namespace {

constexpr std::size_t kQueueCapacity = std::size_t{1} << 16;
/// Service times are drawn before the run; longer runs go through them again.
constexpr std::size_t kServiceTimes = std::size_t{1} << 16;

}  // namespace

SyntheticSut::SyntheticSut(const ServiceLaw& law, std::uint64_t seed, std::vector<int> worker_cpus, WaitPolicy wait,
                           WorkerManner manner)
    : service_times_(law.draw(kServiceTimes, seed)),
      arrivals_(2 * kQueueCapacity),
      worker_cpus_(std::move(worker_cpus)),
      manner_(std::move(manner)),
      clock_(wait) {}

void SyntheticSut::begin_run(std::shared_ptr<ResponseSink> sink) {
  end_run();
  sink_ = std::move(sink);
  queue_ = std::make_unique<SampleQueue>(kQueueCapacity);
  team_.start(
      worker_cpus_, [this](std::size_t) { serve(); }, manner_);
}

void SyntheticSut::issue_query(std::span<const QuerySample> samples) {
  for (const QuerySample& sample : samples) {
    arrival_of(sample) = clock_.now();
    queue_->push({&sample, 1}, clock_);
  }
}

void SyntheticSut::stop() noexcept {
  if (queue_) {
    queue_->close();
    team_.join();
    queue_.reset();
    sink_.reset();
  }
}

void SyntheticSut::end_run() {
  stop();
  team_.join_and_rethrow();
}

Nanoseconds SyntheticSut::service_time_of(const QuerySample& sample) const {
  const Nanoseconds drawn = service_times_[sample.id.position() % service_times_.size()];
  return manner_.emulated == nullptr ? drawn : from_seconds(seconds(drawn) / manner_.emulated->factor());
}

void SyntheticSut::serve() {
  std::vector<QuerySample> batch;
  batch.reserve(1);
  Instant free_at{};
  while (true) {
    queue_->collect(clock_, {.max_batch = 1}, batch);
    if (batch.empty()) {
      return;
    }
    const QuerySample sample = batch.front();
    sink_->started({&sample, 1});
    // Not from now: the hand-over between two samples and the wake-up are no part of the law.
    const Nanoseconds service = service_time_of(sample);
    free_at = std::max(free_at, arrival_of(sample)) + service;
    clock_.wait_until(free_at);
    if (manner_.emulated != nullptr) {
      manner_.emulated->add_busy(service);
    }
    const QueryResponse response{.id = sample.id};
    sink_->complete({&response, 1});
  }
}

void NullSut::issue_query(std::span<const QuerySample> samples) {
  constexpr std::size_t kChunk = 64;
  std::array<QueryResponse, kChunk> responses;
  while (!samples.empty()) {
    const std::size_t size = std::min(samples.size(), kChunk);
    for (std::size_t i = 0; i < size; ++i) {
      responses[i] = {.id = samples[i].id};
    }
    sink_->complete(std::span<const QueryResponse>(responses).first(size));
    samples = samples.subspan(size);
  }
}

}  // namespace assay
