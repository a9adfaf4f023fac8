// What a system under test can do wrong: each is a named error of the result, never a crash, never a latency.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "loadgen/load_generator.hpp"
#include "tests/loadgen/fake_systems.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using test_support::FakeLibrary;
using test_support::ScriptedSystem;

TestSettings quick(Scenario scenario) {
  TestSettings settings = TestSettings::defaults_for(scenario);
  settings.min_duration = 0ns;
  settings.min_query_count = 20;
  settings.server_target_qps = 1000.0;
  settings.offline_expected_qps = 1000.0;
  settings.drain_timeout = 2s;
  return settings;
}

TestResult run(const TestSettings& settings, ScriptedSystem& system, SimulatedClock& clock, std::stop_token stop = {}) {
  FakeLibrary library(16);
  return run_test(settings, system, library, {.clock = clock, .stop = std::move(stop)});
}

TEST(FaultySystem, QueryThatNeverCompletesEndsTheRunAtTheDeadline) {
  for (const Scenario scenario : kAllScenarios) {
    SimulatedClock clock;
    ScriptedSystem system([](std::span<const QuerySample> samples, ResponseSink& sink) {
      for (const QuerySample& sample : samples) {
        if (sample.id.position() != 7) {
          test_support::complete_now({&sample, 1}, sink);
        }
      }
    });
    const TestResult result = run(quick(scenario), system, clock);
    EXPECT_EQ(result.end_cause, EndCause::deadline) << title_of(scenario);
    EXPECT_EQ(result.errors.at(ResponseError::lost), 1U) << title_of(scenario);
    EXPECT_EQ(result.records.at(7).latency(), kNever) << title_of(scenario);
    EXPECT_LT(clock.now() - Instant{}, 10s) << title_of(scenario);
  }
}

TEST(FaultySystem, ThrowIsBookedAndTheRunGoesOn) {
  for (const Scenario scenario : kAllScenarios) {
    SimulatedClock clock;
    int calls = 0;
    ScriptedSystem system([&](std::span<const QuerySample> samples, ResponseSink& sink) {
      if (calls++ == 0) {
        throw std::runtime_error("out of paper");
      }
      test_support::complete_now(samples, sink);
    });
    const TestResult result = run(quick(scenario), system, clock);
    EXPECT_EQ(result.errors.at(ResponseError::threw), 1U) << title_of(scenario);
    EXPECT_EQ(result.records.front().latency(), kNever) << title_of(scenario);
    ASSERT_EQ(result.error_messages.size(), 1U);
    EXPECT_NE(result.error_messages.front().find("out of paper"), std::string::npos);
  }
}

TEST(FaultySystem, SecondCompletionIsAnErrorAndDoesNotChangeTheLatency) {
  SimulatedClock clock;
  ScriptedSystem system([&](std::span<const QuerySample> samples, ResponseSink& sink) {
    test_support::complete_now(samples, sink);
    clock.spend(1ms);
    test_support::complete_now(samples, sink);
  });
  const TestResult result = run(quick(Scenario::single_stream), system, clock);
  EXPECT_EQ(result.errors.at(ResponseError::duplicate), 20U);
  for (const QueryRecord& record : result.records) {
    EXPECT_EQ(record.latency(), 0ns);
  }
}

TEST(FaultySystem, UnknownIdsAreErrors) {
  SimulatedClock clock;
  ScriptedSystem system([&](std::span<const QuerySample> samples, ResponseSink& sink) {
    test_support::complete_now(samples, sink);
    const QueryResponse far_away{.id = QueryId{~std::uint64_t{0}}};
    const QueryResponse not_yet_issued{.id = QueryId{samples.front().id.value + 5}};
    sink.complete({&far_away, 1});
    sink.complete({&not_yet_issued, 1});
    sink.first_token(QueryId{~std::uint64_t{0}});
  });
  const TestResult result = run(quick(Scenario::server), system, clock);
  // Two bad ids a query, and the five last "not yet issued" ones lie beyond the log.
  EXPECT_EQ(result.errors.at(ResponseError::unknown_id), 60U);
  EXPECT_EQ(result.errors.size(), 1U);
}

TEST(FaultySystem, CompletionOfAnEarlierRunIsUnknownToTheNext) {
  SimulatedClock clock;
  QueryId stale{};
  ScriptedSystem first([&](std::span<const QuerySample> samples, ResponseSink& sink) {
    stale = samples.front().id;
    test_support::complete_now(samples, sink);
  });
  EXPECT_TRUE(run(quick(Scenario::single_stream), first, clock).errors.empty());
  ScriptedSystem second([&](std::span<const QuerySample> samples, ResponseSink& sink) {
    const QueryResponse response{.id = stale};
    sink.complete({&response, 1});
    test_support::complete_now(samples, sink);
  });
  EXPECT_EQ(run(quick(Scenario::single_stream), second, clock).errors.at(ResponseError::unknown_id), 20U);
}

TEST(FaultySystem, CompletionAfterTheEndIsAnErrorEvenWhenTheRunIsLongGone) {
  SimulatedClock clock;
  std::vector<QuerySample> kept;
  ScriptedSystem system([&](std::span<const QuerySample> samples, ResponseSink&) {
    kept.insert(kept.end(), samples.begin(), samples.end());
  });
  system.at_end = [&](ResponseSink& sink) { test_support::complete_now({kept.data(), 1}, sink); };
  const TestResult result = run(quick(Scenario::server), system, clock);
  EXPECT_EQ(result.errors.at(ResponseError::after_end), 1U);
  EXPECT_EQ(result.errors.at(ResponseError::lost), 20U);
  for (const QueryRecord& record : result.records) {
    EXPECT_EQ(record.latency(), kNever);
  }
  // The result is out; a straggler still has somewhere to report to.
  test_support::complete_now(kept, *system.sink);
  system.sink->started(kept);
}

TEST(FaultySystem, ReportedFailureIsInfiniteLatency) {
  SimulatedClock clock;
  ScriptedSystem system(
      [](std::span<const QuerySample> samples, ResponseSink& sink) { sink.failed(samples.front().id); });
  const TestResult result = run(quick(Scenario::single_stream), system, clock);
  EXPECT_EQ(result.errors.at(ResponseError::failed), 20U);
  EXPECT_EQ(result.records.front().latency(), kNever);
}

TEST(Interruption, KeepsWhatWasMeasured) {
  for (const Scenario scenario : kAllScenarios) {
    SimulatedClock clock;
    std::stop_source stop;
    ScriptedSystem system([&](std::span<const QuerySample> samples, ResponseSink& sink) {
      for (const QuerySample& sample : samples) {
        clock.at(clock.now() + 1ms, [&sink, sample] { test_support::complete_now({&sample, 1}, sink); });
      }
      clock.at(clock.now() + 12ms, [&stop] { stop.request_stop(); });
    });
    TestSettings settings = quick(scenario);
    settings.min_duration = 10s;
    const TestResult result = run(settings, system, clock, stop.get_token());
    if (scenario != Scenario::offline) {  // all of Offline is back before the stop
      EXPECT_EQ(result.end_cause, EndCause::interrupted) << title_of(scenario);
    }
    EXPECT_FALSE(result.records.empty()) << title_of(scenario);
    EXPECT_FALSE(result.errors.contains(ResponseError::lost)) << title_of(scenario);
    EXPECT_LT(clock.now() - Instant{}, 5s) << title_of(scenario);
    for (const QueryRecord& record : result.records) {
      EXPECT_TRUE(record.completed()) << title_of(scenario);
    }
  }
}

TEST(Settings, EveryMistakeIsNamedBeforeAnythingIsIssued) {
  SimulatedClock clock;
  ScriptedSystem system(test_support::complete_now);
  TestSettings settings = quick(Scenario::server);
  settings.server_target_qps = -3.0;
  settings.issuing_threads = 0;
  settings.arrivals = GammaArrivals{.shape = 0.0};
  try {
    (void)run(settings, system, clock);
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("server_target_qps -3"), std::string::npos) << text;
    EXPECT_NE(text.find("issuing_threads 0"), std::string::npos) << text;
    EXPECT_NE(text.find("shape"), std::string::npos) << text;
  }
  EXPECT_TRUE(system.issued.empty());
}

}  // namespace
}  // namespace assay
