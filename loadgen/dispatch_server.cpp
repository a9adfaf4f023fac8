#include <algorithm>
#include <latch>
#include <optional>
#include <thread>
#include <variant>

#include "loadgen/dispatcher.hpp"

namespace assay {

namespace {

constexpr Nanoseconds kStopPoll = std::chrono::milliseconds{50};
/// One call hands over at most this many coalesced queries: the array stands ready before the run.
constexpr std::size_t kCoalescedMax = 4096;
/// From the last preparation to the first arrival, so that the first query is not late for our own reasons.
constexpr Nanoseconds kLead = std::chrono::milliseconds{1};

class ServerLoop {
 public:
  ServerLoop(Dispatcher& dispatcher, QueryPlan& plan) : dispatcher_(dispatcher), plan_(plan) {}

  EndCause run() {
    prepare();
    const int threads = dispatcher_.settings.issuing_threads;
    std::latch ready(threads);
    std::latch go(1);
    std::vector<std::jthread> helpers;
    for (int thread = 1; thread < threads; ++thread) {
      helpers.emplace_back([this, thread, &ready, &go] {
        introduce(thread);
        ready.count_down();
        go.wait();
        issue_stripe(thread);
      });
    }
    introduce(0);
    ready.count_down();
    ready.wait();
    if (first_ == 0) {
      dispatcher_.start = dispatcher_.clock.now() + kLead;
      dispatcher_.recorder.set_start(dispatcher_.start);
    }
    begin_ = first_ == 0 ? dispatcher_.start : dispatcher_.clock.now() + kLead;
    shift_to_begin();
    go.count_down();
    issue_stripe(0);
    helpers.clear();
    return cause_.load();
  }

 private:
  void introduce(int thread) {
    if (dispatcher_.on_issuing_thread) {
      dispatcher_.on_issuing_thread(thread);
    }
  }

  void prepare() {
    ResponseRecorder& recorder = dispatcher_.recorder;
    first_ = recorder.size();
    count_ = plan_.arrivals.size();
    recorder.extend(count_);
    QuerySampleIndex index = 0;
    for (std::uint64_t i = 0; i < count_; ++i) {
      plan_.sequence->next_query(std::span(&index, 1));
      recorder.record(first_ + i).sample_index = index;
      recorder.record(first_ + i).scheduled_ns = plan_.arrivals[i].count();
    }
    plan_.arrivals = {};
  }

  /// Later sets of an accuracy run start when the earlier ones are done.
  void shift_to_begin() {
    const Nanoseconds shift = begin_ - dispatcher_.start;
    for (std::uint64_t i = 0; shift != Nanoseconds::zero() && i < count_; ++i) {
      dispatcher_.recorder.record(first_ + i).scheduled_ns += shift.count();
    }
  }

  [[nodiscard]] Instant due(std::uint64_t query) const {
    return dispatcher_.start + Nanoseconds{dispatcher_.recorder.record(first_ + query).scheduled_ns};
  }

  /// Waits for the arrival; nothing if the run ended meanwhile.
  std::optional<Instant> wait_for(Instant arrival) {
    while (true) {
      if (dispatcher_.stop.stop_requested()) {
        end(EndCause::interrupted);
      }
      if (ended_.load(std::memory_order_relaxed)) {
        return std::nullopt;
      }
      const Instant now = dispatcher_.clock.now();
      if (arrival - now <= kStopPoll) {
        return now >= arrival ? now : dispatcher_.clock.wait_until(arrival);
      }
      dispatcher_.clock.wait_until(now + kStopPoll);
    }
  }

  void issue_stripe(int thread) {
    const auto stride = static_cast<std::uint64_t>(dispatcher_.settings.issuing_threads);
    const bool coalesce = dispatcher_.settings.coalesce;
    // The frames of one trigger come together: one wake-up hands them all over, in one call.
    const bool one_trigger = std::holds_alternative<CameraArrivals>(dispatcher_.settings.arrivals);
    const std::size_t most = coalesce || one_trigger ? kCoalescedMax : 1;
    std::vector<QuerySample> samples(most);
    std::uint64_t query = static_cast<std::uint64_t>(thread);
    while (query < count_) {
      const auto now = wait_for(due(query));
      if (!now) {
        return;
      }
      if (dispatcher_.elapsed(*now) >= dispatcher_.settings.max_duration) {
        end(EndCause::max_duration);
        return;
      }
      const Instant last = coalesce ? *now : due(query);
      std::size_t size = 0;
      do {
        const std::uint64_t position = first_ + query;
        dispatcher_.recorder.mark_issued(position, *now);
        samples[size++] = {.id = dispatcher_.recorder.id_of(position),
                           .index = dispatcher_.recorder.record(position).sample_index};
        query += stride;
      } while (size < most && query < count_ && due(query) <= last);
      dispatcher_.progress.issued.fetch_add(size, std::memory_order_relaxed);
      dispatcher_.issue(std::span<const QuerySample>(samples).first(size));
      if (limit_reached()) {
        return;
      }
    }
  }

  bool limit_reached() {
    const TestSettings& settings = dispatcher_.settings;
    if (settings.max_outstanding == 0 && settings.max_query_count == 0) {
      return false;
    }
    const std::uint64_t issued = dispatcher_.progress.issued.load(std::memory_order_relaxed);
    if (settings.max_query_count != 0 && issued >= settings.max_query_count) {
      end(EndCause::max_query_count);
      return true;
    }
    // Completions may be counted before this thread's own issue: compare by addition, never by a difference.
    if (settings.max_outstanding != 0 && issued > dispatcher_.recorder.settled_count() + settings.max_outstanding) {
      end(EndCause::max_outstanding);
      return true;
    }
    return false;
  }

  void end(EndCause cause) {
    if (!ended_.exchange(true)) {
      cause_.store(cause);
    }
  }

  Dispatcher& dispatcher_;
  QueryPlan& plan_;
  std::uint64_t first_ = 0;
  std::uint64_t count_ = 0;
  Instant begin_{};
  std::atomic<bool> ended_{false};
  std::atomic<EndCause> cause_{EndCause::complete};
};

}  // namespace

EndCause dispatch_server(Dispatcher& dispatcher, QueryPlan& plan) { return ServerLoop(dispatcher, plan).run(); }

}  // namespace assay
