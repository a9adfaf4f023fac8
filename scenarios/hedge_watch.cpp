#include "scenarios/hedge_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "harness/realtime.hpp"

namespace assay {

void HedgeWatch::choose_time(const std::vector<std::vector<Nanoseconds>>& of_workers) {
  if (request_.after) {
    return;
  }
  std::vector<Nanoseconds> pooled;
  for (const auto& times : of_workers) {
    pooled.insert(pooled.end(), times.begin(), times.end());
  }
  if (pooled.empty()) {
    return;
  }
  std::sort(pooled.begin(), pooled.end());
  after_ = std::max(pooled[request_.percentile.rank(pooled.size()) - 1], Nanoseconds{1});
  rule_ = fmt::format("{} of {} runs in the warm-up", request_.percentile.name(), pooled.size());
}

void HedgeWatch::begin_run(const System& system, std::shared_ptr<ResponseSink> sink, SampleQueue& queue,
                           const std::vector<int>& cpus) {
  if (request_.after) {
    after_ = request_.after;
  }
  if (!after_) {
    throw std::logic_error("hedging: a run before the warm-up has no time to hedge after");
  }
  hedging_ = std::make_unique<Hedging>(
      Hedging::Options{.after = *after_, .workers = system.workers, .max_batch = system.max_batch}, std::move(sink),
      clock_);
  ends_ = false;
  thread_.start({cpus.empty() ? 0 : cpus.front()}, [this, &queue](std::size_t) { watch(queue); },
                {.pinned = cpus.empty(), .all_cpus = cpus});
}

void HedgeWatch::watch(SampleQueue& queue) {
  // Above what is injected (60): who waits for an answer that is late is not, in real life, the machine that is late.
  constexpr int kPriority = 61;
  constexpr Nanoseconds kLongest = std::chrono::milliseconds{20};
  const auto refusal = take_realtime_priority(kPriority);
  scheduling_ =
      refusal ? fmt::format("SCHED_OTHER (SCHED_FIFO: {})", *refusal) : fmt::format("SCHED_FIFO {}", kPriority);
  while (!ends_) {
    const Instant now = clock_.now();
    clock_.wait_until(std::min(hedging_->step(now, queue, clock_), now + kLongest));
  }
}

void HedgeWatch::end_run() noexcept {
  ends_ = true;
  thread_.join();
}

HedgeRecord HedgeWatch::record() const {
  const HedgeCounts counts = hedging_ ? hedging_->counts() : HedgeCounts{};
  return {.after_s = after_ ? seconds(*after_) : 0.0,
          .rule = rule_,
          .scheduling = scheduling_,
          .sent = counts.sent,
          .started = counts.started,
          .won = counts.won,
          .dropped = counts.dropped,
          .no_room_count = counts.no_room_count,
          .extra_work_share = {}};
}

}  // namespace assay
