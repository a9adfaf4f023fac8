#include "scenarios/selftest/witnessed_sut.hpp"

#include <algorithm>
#include <utility>

#include "harness/cpu_relax.hpp"
#include "harness/steady_clock.hpp"
#include "harness/witness_clock.hpp"

namespace assay {

WitnessedSut::WitnessedSut(Options options)
    : options_(std::move(options)), account_(options_.services.size()), ids_(options_.services.size()) {
  due_.reserve(options_.services.size());
}

void WitnessedSut::begin_run(std::shared_ptr<ResponseSink> sink) {
  end_run();
  sink_ = std::move(sink);
  arrived_.store(0);
  stopping_.store(false);
  admitted_ = 0;
  due_.clear();
  free_at_ns_.clear();
  serving_.store(false);
  team_.start({options_.cpu}, [this](std::size_t) { serve(); },
              {.all_cpus = {}, .fifo_priority = options_.fifo_priority});
  // Asleep: a thread begins where its maker runs, and a maker that spins there as a real-time thread would keep it out.
  SteadyClock clock({.spin_margin = Nanoseconds{0}});
  constexpr Nanoseconds kStep = std::chrono::microseconds{100};
  constexpr int kMostSteps = 100'000;  // a thread that could not be placed never serves: end_run() says why
  for (int i = 0; i < kMostSteps && !serving_.load(std::memory_order_acquire); ++i) {
    clock.wait_until(clock.now() + kStep);
  }
}

void WitnessedSut::issue_query(std::span<const QuerySample> samples) {
  for (const QuerySample& sample : samples) {
    const std::uint64_t position = arrived_.load(std::memory_order_relaxed);
    if (position >= options_.services.size()) {
      sink_->failed(sample.id);
      continue;
    }
    ids_[position] = sample.id;
    account_[position].received_ns = witness_now_ns();
    arrived_.store(position + 1, std::memory_order_release);
    if (options_.block_each != 0 && (position + 1) % options_.block_each == 0) {
      const std::int64_t until = account_[position].received_ns + options_.block.count();
      while (witness_now_ns() < until) {
        cpu_relax();
      }
    }
  }
}

void WitnessedSut::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  team_.join();
}

void WitnessedSut::end_run() {
  stop();
  sink_.reset();
  team_.join_and_rethrow();
}

void WitnessedSut::admit(std::uint64_t position) {
  const std::int64_t arrival = account_[position].received_ns;
  if (free_at_ns_.empty()) {
    for (const Nanoseconds busy : options_.busy_at_start) {
      free_at_ns_.push_back(arrival + busy.count());
    }
  }
  const auto first = std::ranges::min_element(free_at_ns_);
  *first = std::max(*first, arrival) + options_.services[position].count();
  due_.push_back({.done_ns = *first, .position = position});
  std::push_heap(due_.begin(), due_.end());
}

void WitnessedSut::serve() {
  free_at_ns_.reserve(options_.busy_at_start.size());
  serving_.store(true, std::memory_order_release);
  while (!stopping_.load(std::memory_order_acquire)) {
    const std::uint64_t arrived = arrived_.load(std::memory_order_acquire);
    while (admitted_ < arrived) {
      admit(admitted_++);
    }
    const std::int64_t now = witness_now_ns();
    if (due_.empty() || due_.front().done_ns > now) {
      cpu_relax();
      continue;
    }
    const std::uint64_t position = due_.front().position;
    std::pop_heap(due_.begin(), due_.end());
    due_.pop_back();
    account_[position].done_ns = now;
    const QueryResponse response{.id = ids_[position]};
    sink_->complete({&response, 1});
  }
}

}  // namespace assay
