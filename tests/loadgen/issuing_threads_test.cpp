// The real clock and real threads: the thread sanitizer runs these.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include "harness/bounded_queue.hpp"
#include "harness/steady_clock.hpp"
#include "loadgen/load_generator.hpp"
#include "tests/loadgen/fake_systems.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using test_support::FakeLibrary;

/// Completes on two threads of its own.
class ThreadCountingSystem final : public SystemUnderTest {
 public:
  ThreadCountingSystem() {
    for (std::jthread& worker : workers_) {
      worker = std::jthread([this](const std::stop_token& stop) { work(stop); });
    }
  }
  [[nodiscard]] std::string name() const override { return "threaded"; }
  void begin_run(std::shared_ptr<ResponseSink> sink) override { sink_ = std::move(sink); }
  void flush_queries() override {}
  void issue_query(std::span<const QuerySample> samples) override {
    for (const QuerySample& sample : samples) {
      while (!queue_.try_push(sample)) {
        std::this_thread::yield();
      }
    }
  }

 private:
  void work(const std::stop_token& stop) {
    QuerySample sample;
    while (!stop.stop_requested()) {
      if (!queue_.try_pop(sample)) {
        std::this_thread::yield();
        continue;
      }
      sink_->started({&sample, 1});
      sink_->first_token(sample.id);
      const QueryResponse response{.id = sample.id, .token_count = 1};
      sink_->complete({&response, 1});
    }
  }

  BoundedQueue<QuerySample> queue_{1024};
  std::shared_ptr<ResponseSink> sink_;
  std::array<std::jthread, 2> workers_;
};

TEST(IssuingThreads, StripesCoverEveryQueryExactlyOnce) {
  SteadyClock clock;
  ThreadCountingSystem system;
  FakeLibrary library(16);
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = 20'000.0;
  settings.min_duration = 0ns;
  settings.min_query_count = 2'000;
  settings.issuing_threads = 3;
  std::atomic<int> introduced{0};
  const TestResult result =
      run_test(settings, system, library, {.clock = clock, .on_issuing_thread = [&](int) { introduced.fetch_add(1); }});
  EXPECT_EQ(introduced.load(), 3);
  EXPECT_EQ(result.records.size(), 2'000U);
  EXPECT_TRUE(result.errors.empty());
  EXPECT_TRUE(std::all_of(result.records.begin(), result.records.end(),
                          [](const QueryRecord& record) { return record.completed() && record.issue_delay() >= 0ns; }));
}

TEST(IssuingThreads, AllScenariosRunWithWorkersOnOtherThreads) {
  for (const Scenario scenario : kAllScenarios) {
    SteadyClock clock;
    ThreadCountingSystem system;
    FakeLibrary library(16);
    TestSettings settings = TestSettings::defaults_for(scenario);
    settings.server_target_qps = 20'000.0;
    settings.offline_expected_qps = 1000.0;
    settings.min_duration = 0ns;
    settings.min_query_count = 300;
    settings.token_latencies = true;
    const TestResult result = run_test(settings, system, library, {.clock = clock});
    EXPECT_TRUE(result.errors.empty()) << title_of(scenario);
    EXPECT_EQ(result.end_cause, EndCause::complete) << title_of(scenario);
  }
}

TEST(IssuingThreads, TwoRunsInOneProcessAtATime) {
  const auto run = [](std::uint64_t seed, TestResult& result) {
    SteadyClock clock;
    ThreadCountingSystem system;
    FakeLibrary library(16);
    TestSettings settings = TestSettings::defaults_for(Scenario::server);
    settings.server_target_qps = 10'000.0;
    settings.min_duration = 0ns;
    settings.min_query_count = 1'000;
    settings.seeds = Seeds::from(seed);
    result = run_test(settings, system, library, {.clock = clock});
  };
  TestResult first;
  TestResult second;
  {
    std::jthread other([&] { run(1, first); });
    run(2, second);
  }
  EXPECT_TRUE(first.errors.empty());
  EXPECT_TRUE(second.errors.empty());
  EXPECT_EQ(first.records.size(), 1'000U);
  EXPECT_EQ(second.records.size(), 1'000U);
  EXPECT_NE(first.records[1].scheduled_ns, second.records[1].scheduled_ns);
}

}  // namespace
}  // namespace assay
