#include "scenarios/hedging.hpp"

#include <algorithm>

namespace assay {

/// What one worker says, with the copies in its batch told apart. Used by that worker's thread only.
class Hedging::WorkerSink final : public ResponseSink {
 public:
  WorkerSink(Hedging& owner, std::size_t max_batch) : owner_(owner) {
    copies_.reserve(max_batch);
    originals_.reserve(max_batch);
    first_.reserve(max_batch);
  }

  void begin_batch() noexcept { copies_.clear(); }
  void note_copy(QueryId id) noexcept { copies_.push_back(id); }

  void started(std::span<const QuerySample> samples) noexcept override {
    originals_.clear();
    for (const QuerySample& sample : samples) {
      if (!is_copy(sample.id)) {
        originals_.push_back(sample);
      }
    }
    owner_.sink_->started(originals_);
    const Instant now = owner_.clock_.now();
    for (const QuerySample& sample : originals_) {
      // Full only while the hedging thread does not run.
      if (!owner_.started_.try_push({.sample = sample, .since = now})) {
        owner_.no_room_.fetch_add(1, std::memory_order_relaxed);
      }
    }
  }

  void first_token(QueryId id) noexcept override {
    if (!is_copy(id)) {
      owner_.sink_->first_token(id);
    }
  }

  void complete(std::span<const QueryResponse> responses) noexcept override {
    first_.clear();
    for (const QueryResponse& response : responses) {
      if (owner_.answer(response.id)) {
        first_.push_back(response);
        if (is_copy(response.id)) {
          owner_.won_.fetch_add(1, std::memory_order_relaxed);
        }
      }
    }
    owner_.sink_->complete(first_);
  }

  void failed(QueryId id) noexcept override {
    if (owner_.answer(id)) {
      owner_.sink_->failed(id);
    }
  }

 private:
  [[nodiscard]] bool is_copy(QueryId id) const noexcept { return std::ranges::find(copies_, id) != copies_.end(); }

  Hedging& owner_;
  std::vector<QueryId> copies_;
  std::vector<QuerySample> originals_;
  std::vector<QueryResponse> first_;
};

Hedging::Hedging(const Options& options, std::shared_ptr<ResponseSink> sink, const Clock& clock)
    : after_(options.after), clock_(clock), sink_(std::move(sink)), slots_(kWindow), started_(kStartedCapacity) {
  for (std::size_t worker = 0; worker < options.workers; ++worker) {
    workers_.push_back(std::make_unique<WorkerSink>(*this, options.max_batch));
  }
}

Hedging::~Hedging() = default;

void Hedging::issue(std::span<const QuerySample> samples) noexcept {
  for (const QuerySample& sample : samples) {
    slot(sample.id).store(word(sample.id.position(), State::waiting), std::memory_order_release);
  }
}

bool Hedging::change(QueryId id, State from, State to) noexcept {
  std::uint64_t expected = word(id.position(), from);
  return slot(id).compare_exchange_strong(expected, word(id.position(), to), std::memory_order_acq_rel);
}

bool Hedging::answer(QueryId id) noexcept {
  return change(id, State::running, State::answered) || change(id, State::hedged, State::answered);
}

void Hedging::admit(std::size_t worker, std::vector<QuerySample>& batch) noexcept {
  WorkerSink& own = *workers_[worker];
  own.begin_batch();
  std::erase_if(batch, [&](const QuerySample& sample) {
    if (change(sample.id, State::waiting, State::running)) {
      return false;
    }
    if (slot(sample.id).load(std::memory_order_acquire) != word(sample.id.position(), State::hedged)) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return true;
    }
    own.note_copy(sample.id);
    copies_started_.fetch_add(1, std::memory_order_relaxed);
    return false;
  });
}

ResponseSink& Hedging::sink_of(std::size_t worker) noexcept { return *workers_[worker]; }

Instant Hedging::step(Instant now, SampleQueue& queue, Clock& clock) noexcept {
  while (true) {
    if (!next_) {
      Started started;
      if (!started_.try_pop(started)) {
        return now + after_;  // whatever starts from now on is due later
      }
      next_ = started;
    }
    if (next_->since + after_ > now) {
      return next_->since + after_;
    }
    const QuerySample sample = next_->sample;
    next_.reset();
    if (change(sample.id, State::running, State::hedged)) {
      sent_.fetch_add(1, std::memory_order_relaxed);
      queue.push({&sample, 1}, clock);
    }
  }
}

HedgeCounts Hedging::counts() const noexcept {
  return {.sent = sent_.load(),
          .started = copies_started_.load(),
          .won = won_.load(),
          .dropped = dropped_.load(),
          .no_room_count = no_room_.load()};
}

}  // namespace assay
