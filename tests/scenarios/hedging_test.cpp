#include "scenarios/hedging.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "harness/simulated_clock.hpp"
#include "harness/steady_clock.hpp"
#include "scenarios/execution_manner.hpp"

namespace assay {
namespace {

using std::chrono::microseconds;

QuerySample sample(std::uint64_t number) {
  return {.id = QueryId::of(1, number), .index = static_cast<QuerySampleIndex>(number)};
}

/// Counts what reaches the run, by sample.
class CountingSink final : public ResponseSink {
 public:
  explicit CountingSink(std::size_t samples) : started_(samples), completed_(samples) {}
  void started(std::span<const QuerySample> samples) noexcept override {
    for (const QuerySample& one : samples) {
      ++started_[one.id.position()];
    }
  }
  void first_token(QueryId) noexcept override {}
  void complete(std::span<const QueryResponse> responses) noexcept override {
    for (const QueryResponse& one : responses) {
      ++completed_[one.id.position()];
      ++settled_;
    }
  }
  void failed(QueryId id) noexcept override { ++completed_[id.position()]; }

  [[nodiscard]] int started_count(std::size_t position) const { return started_[position]; }
  [[nodiscard]] int completed_count(std::size_t position) const { return completed_[position]; }
  [[nodiscard]] std::size_t settled() const { return settled_; }

 private:
  std::vector<std::atomic<int>> started_;
  std::vector<std::atomic<int>> completed_;
  std::atomic<std::size_t> settled_{0};
};

/// Two workers, in simulated time.
class HedgingRule : public ::testing::Test {
 protected:
  void issue(std::uint64_t number) {
    const QuerySample one = sample(number);
    hedging.issue({&one, 1});
    queue.push({&one, 1}, clock);
  }
  /// What the worker takes from the queue and begins, after it was looked through. Only where something waits.
  std::vector<QuerySample> take(std::size_t worker) {
    std::vector<QuerySample> batch;
    batch.reserve(1);
    queue.collect(clock, {}, batch);
    hedging.admit(worker, batch);
    if (!batch.empty()) {
      hedging.sink_of(worker).started(batch);
    }
    return batch;
  }
  void finish(std::size_t worker, std::uint64_t number) {
    const QueryResponse response{.id = sample(number).id};
    hedging.sink_of(worker).complete({&response, 1});
  }
  Instant step() { return hedging.step(clock.now(), queue, clock); }

  SimulatedClock clock;
  SampleQueue queue{64};
  std::shared_ptr<CountingSink> sink = std::make_shared<CountingSink>(64);
  Hedging hedging{{.after = microseconds{100}, .workers = 2}, sink, clock};
};

TEST_F(HedgingRule, NothingIsSentBeforeTheTime) {
  issue(0);
  EXPECT_EQ(step(), Instant{microseconds{100}}) << "it waits in the queue: its time has not begun";
  clock.spend(microseconds{30});
  ASSERT_EQ(take(0).size(), 1U);
  clock.spend(microseconds{99});
  EXPECT_EQ(step(), Instant{microseconds{130}});
  EXPECT_EQ(hedging.counts().sent, 0U);
  finish(0, 0);
  clock.spend(microseconds{2});
  (void)step();
  EXPECT_EQ(hedging.counts().sent, 0U);
  EXPECT_EQ(sink->completed_count(0), 1);
}

TEST_F(HedgingRule, TheCopyMayWinAndTheLateOriginalIsNotHeard) {
  issue(0);
  ASSERT_EQ(take(0).size(), 1U);
  clock.spend(microseconds{100});
  (void)step();
  EXPECT_EQ(hedging.counts().sent, 1U);
  (void)step();
  EXPECT_EQ(hedging.counts().sent, 1U) << "one copy a query";
  ASSERT_EQ(take(1).size(), 1U);
  finish(1, 0);
  finish(0, 0);
  EXPECT_EQ(sink->started_count(0), 1) << "the service time runs from the first start";
  EXPECT_EQ(sink->completed_count(0), 1);
  const HedgeCounts counts = hedging.counts();
  EXPECT_EQ(counts.started, 1U);
  EXPECT_EQ(counts.won, 1U);
  EXPECT_EQ(counts.dropped, 0U);
}

TEST_F(HedgingRule, TheOriginalMayWinAndTheCopyIsExtraWork) {
  issue(0);
  ASSERT_EQ(take(0).size(), 1U);
  clock.spend(microseconds{100});
  (void)step();
  ASSERT_EQ(take(1).size(), 1U);
  finish(0, 0);
  finish(1, 0);
  EXPECT_EQ(sink->completed_count(0), 1);
  EXPECT_EQ(hedging.counts().started, 1U);
  EXPECT_EQ(hedging.counts().won, 0U);
}

TEST_F(HedgingRule, ACopyThatComesTooLateIsDroppedBeforeItStarts) {
  issue(0);
  ASSERT_EQ(take(0).size(), 1U);
  clock.spend(microseconds{100});
  (void)step();
  finish(0, 0);
  EXPECT_TRUE(take(1).empty());
  EXPECT_EQ(hedging.counts().dropped, 1U);
  EXPECT_EQ(hedging.counts().started, 0U);
}

TEST_F(HedgingRule, WhatASystemGivesUpIsGivenUpOnce) {
  issue(0);
  ASSERT_EQ(take(0).size(), 1U);
  hedging.sink_of(0).failed(sample(0).id);
  finish(0, 0);
  EXPECT_EQ(sink->completed_count(0), 1);
}

TEST_F(HedgingRule, StartsThatTheSendingThreadNeverSawAreCounted) {
  const QuerySample one = sample(0);
  constexpr std::size_t kTooMany = 3;
  for (std::size_t i = 0; i < Hedging::kStartedCapacity + kTooMany; ++i) {
    hedging.sink_of(0).started({&one, 1});
  }
  EXPECT_EQ(hedging.counts().no_room_count, kTooMany);
}

/// Three workers against each other, every query hedged at once: each is answered exactly once, none is lost. The batch
/// with the first query is kept until a copy was begun, so that there is one on the fastest machine too.
TEST(Hedging, UnderContentionEachQueryIsAnsweredOnce) {
  constexpr std::size_t kQueries = 20'000;
  constexpr std::size_t kWorkers = 3;
  constexpr Nanoseconds kLongest = std::chrono::seconds{60};
  const auto batch_has_first = [](const std::vector<QuerySample>& batch) {
    return std::ranges::any_of(batch, [](const QuerySample& one) { return one.id.position() == 0; });
  };
  SteadyClock clock({.spin_margin = Nanoseconds{0}, .signal_spin = Nanoseconds{0}});
  auto sink = std::make_shared<CountingSink>(kQueries);
  SampleQueue queue(1U << 16U);
  Hedging hedging({.after = Nanoseconds{1}, .workers = kWorkers, .max_batch = 4}, sink, clock);
  std::vector<std::thread> workers;
  for (std::size_t worker = 0; worker < kWorkers; ++worker) {
    workers.emplace_back([&, worker] {
      std::vector<QuerySample> batch;
      batch.reserve(4);
      std::vector<QueryResponse> responses;
      ResponseSink& own = hedging.sink_of(worker);
      while (true) {
        queue.collect(clock, {.max_batch = 4}, batch);
        if (batch.empty()) {
          return;
        }
        hedging.admit(worker, batch);
        own.started(batch);
        responses.clear();
        for (const QuerySample& one : batch) {
          responses.push_back({.id = one.id});
        }
        const Instant longest = clock.now() + kLongest;
        while (batch_has_first(batch) && hedging.counts().started == 0 && clock.now() < longest) {
          std::this_thread::yield();
        }
        std::this_thread::yield();
        own.complete(responses);
      }
    });
  }
  std::atomic<bool> ends{false};
  std::thread watch([&] {
    while (!ends) {
      (void)hedging.step(clock.now(), queue, clock);
      std::this_thread::yield();
    }
  });
  for (std::size_t i = 0; i < kQueries; ++i) {
    const QuerySample one = sample(i);
    hedging.issue({&one, 1});
    queue.push({&one, 1}, clock);
  }
  while (sink->settled() < kQueries) {
    std::this_thread::yield();
  }
  queue.close();
  ends = true;
  for (std::thread& worker : workers) {
    worker.join();
  }
  watch.join();
  for (std::size_t i = 0; i < kQueries; ++i) {
    ASSERT_EQ(sink->completed_count(i), 1) << i;
    ASSERT_EQ(sink->started_count(i), 1) << i;
  }
  const HedgeCounts counts = hedging.counts();
  EXPECT_GE(counts.sent, counts.started + counts.dropped);
  EXPECT_GE(counts.started, 1U);
  EXPECT_GE(counts.started, counts.won);
  EXPECT_EQ(counts.no_room_count, 0U);
}

TEST(ExecutionManner, SaysWhatOfTheMemoryWasRefused) {
  RunRequest request;
  EXPECT_EQ(memory_text(request, {}), "huge pages where the system gives them");
  request.lock_memory = true;
  EXPECT_EQ(memory_text(request, {}), "huge pages where the system gives them, to be locked");
  EXPECT_EQ(memory_text(request, {.lock = true}), "huge pages where the system gives them, lock refused");
  request.huge_pages = false;
  EXPECT_EQ(memory_text(request, {}), "small pages, to be locked");
  EXPECT_EQ(memory_text(request, {.small_pages = true, .lock = true}),
            "huge pages where the system gives them, small pages refused, lock refused");
}

TEST(Hedging, SaysWhatMakesNoSense) {
  const auto problem = [](Scenario scenario, int threads, HedgeRequest hedge, const char* workload = "fma") {
    RunRequest request;
    request.workload.name = workload;
    request.workload.hedge = hedge;
    request.settings = TestSettings::defaults_for(scenario);
    request.settings.server_target_qps = 100;
    request.worker_threads = threads;
    const auto problems = problems_of(request);
    return problems.empty() ? std::string() : problems.front();
  };
  EXPECT_EQ(problem(Scenario::single_stream, 2, {}), "");
  EXPECT_EQ(problem(Scenario::server, 0, {}), "");
  EXPECT_TRUE(problem(Scenario::offline, 2, {}).starts_with("--hedge: Offline"));
  EXPECT_TRUE(problem(Scenario::server, 1, {}).starts_with("--hedge: a second worker"));
  EXPECT_TRUE(problem(Scenario::server, 2, {.after = Nanoseconds{9'999}}).starts_with("--hedge: must be at least"));
  EXPECT_TRUE(problem(Scenario::server, 2, {}, "synthetic").starts_with("--hedge: workload synthetic"));
}

TEST(Hedging, NeedsTwoWorkersOnTwoCpus) {
  RunRequest request;
  EXPECT_FALSE(hedge_problem(request, {.issuing_cpus = {1}, .worker_cpus = {0}}));
  request.workload.hedge = HedgeRequest{};
  EXPECT_TRUE(hedge_problem(request, {.issuing_cpus = {1}, .worker_cpus = {0}}));
  EXPECT_TRUE(hedge_problem(request, {.issuing_cpus = {1}, .worker_cpus = {0, 0}}));
  EXPECT_FALSE(hedge_problem(request, {.issuing_cpus = {1}, .worker_cpus = {0, 0}, .pinned = false}));
  EXPECT_FALSE(hedge_problem(request, {.issuing_cpus = {1}, .worker_cpus = {0, 1}}));
}

}  // namespace
}  // namespace assay
