#include <algorithm>
#include <optional>

#include "loadgen/dispatcher.hpp"

namespace assay {

namespace {

/// Records are made and touched in blocks between two queries, where they delay no measured time.
constexpr std::uint64_t kSamplesPerBlock = 16'384;

class ClosedLoop {
 public:
  ClosedLoop(Dispatcher& dispatcher, QueryPlan& plan)
      : dispatcher_(dispatcher), plan_(plan), samples_(plan.samples_per_query), indices_(plan.samples_per_query) {}

  EndCause run() {
    std::uint64_t queries = 0;
    while (!plan_.query_count || queries < *plan_.query_count) {
      const std::uint64_t size = samples_in_query(queries);
      if (prepared_ < position() + size && !prepare(queries)) {
        return EndCause::record_capacity;
      }
      const Instant now = issue_next(size);
      switch (dispatcher_.wait_settled(dispatcher_.progress.issued.load(std::memory_order_relaxed))) {
        case Dispatcher::Wait::settled:
        case Dispatcher::Wait::max_duration:
          break;
        case Dispatcher::Wait::stalled:
          return EndCause::deadline;
        case Dispatcher::Wait::interrupted:
          return EndCause::interrupted;
      }
      ++queries;
      if (const auto cause = end_after(queries, now)) {
        return *cause;
      }
    }
    return EndCause::complete;
  }

 private:
  [[nodiscard]] std::uint64_t position() const { return next_position_; }

  [[nodiscard]] std::uint64_t samples_in_query(std::uint64_t query) const {
    return plan_.query_count && query + 1 == *plan_.query_count ? plan_.last_query_samples : plan_.samples_per_query;
  }

  /// Makes records for queries from `query` on and draws their samples. False when the log is full.
  bool prepare(std::uint64_t query) {
    ResponseRecorder& recorder = dispatcher_.recorder;
    if (first_) {
      next_position_ = prepared_ = recorder.size();
      first_ = false;
    }
    std::uint64_t end = prepared_;
    const std::uint64_t block = std::max(kSamplesPerBlock, plan_.samples_per_query);
    for (; end - prepared_ < block; ++query) {
      if (plan_.query_count && query >= *plan_.query_count) {
        break;
      }
      const std::uint64_t size = samples_in_query(query);
      if (end + size > recorder.capacity()) {
        break;
      }
      end += size;
      pending_sizes_.push_back(size);
    }
    recorder.extend(end - prepared_);
    for (const std::uint64_t size : pending_sizes_) {
      plan_.sequence->next_query(std::span(indices_).first(size));
      for (std::uint64_t i = 0; i < size; ++i) {
        recorder.record(prepared_++).sample_index = indices_[i];
      }
    }
    const bool made_any = !pending_sizes_.empty();
    pending_sizes_.clear();
    return made_any;
  }

  Instant issue_next(std::uint64_t size) {
    ResponseRecorder& recorder = dispatcher_.recorder;
    for (std::uint64_t i = 0; i < size; ++i) {
      const std::uint64_t position = next_position_ + i;
      samples_[i] = {.id = recorder.id_of(position), .index = recorder.record(position).sample_index};
    }
    const Instant now = dispatcher_.clock.now();
    for (std::uint64_t i = 0; i < size; ++i) {
      recorder.record(next_position_ + i).scheduled_ns = dispatcher_.elapsed(now).count();
      recorder.mark_issued(next_position_ + i, now);
    }
    next_position_ += size;
    dispatcher_.progress.issued.fetch_add(size, std::memory_order_relaxed);
    dispatcher_.issue(std::span<const QuerySample>(samples_).first(size));
    return now;
  }

  /// LoadGen's rule: enough queries, and the last issue not before the minimum duration.
  [[nodiscard]] std::optional<EndCause> end_after(std::uint64_t queries, Instant issued) const {
    const TestSettings& settings = dispatcher_.settings;
    if (dispatcher_.stop.stop_requested()) {
      return EndCause::interrupted;
    }
    if (plan_.query_count) {
      return std::nullopt;
    }
    const Nanoseconds elapsed = dispatcher_.elapsed(issued);
    if (queries >= settings.min_query_count && elapsed >= settings.min_duration) {
      return EndCause::complete;
    }
    if (settings.max_query_count != 0 && queries >= settings.max_query_count) {
      return EndCause::max_query_count;
    }
    if (elapsed >= settings.max_duration) {
      return EndCause::max_duration;
    }
    return std::nullopt;
  }

  Dispatcher& dispatcher_;
  QueryPlan& plan_;
  std::vector<QuerySample> samples_;
  std::vector<QuerySampleIndex> indices_;
  std::vector<std::uint64_t> pending_sizes_;
  std::uint64_t next_position_ = 0;
  std::uint64_t prepared_ = 0;
  bool first_ = true;
};

}  // namespace

EndCause dispatch_closed_loop(Dispatcher& dispatcher, QueryPlan& plan) { return ClosedLoop(dispatcher, plan).run(); }

}  // namespace assay
