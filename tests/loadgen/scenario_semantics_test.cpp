// What is issued when, with which samples: loadgen semantics on the simulated clock.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "loadgen/load_generator.hpp"
#include "tests/loadgen/fake_systems.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using test_support::FakeLibrary;
using test_support::QueueServer;
using test_support::ScriptedSystem;

TEST(SingleStream, IssuesTheNextQueryWhenTheLastIsBack) {
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 3ms; });
  FakeLibrary library(16);
  TestSettings settings = TestSettings::defaults_for(Scenario::single_stream);
  settings.min_duration = 1s;
  settings.min_query_count = 10;
  const TestResult result = run_test(settings, server, library, {.clock = clock});

  // Issues at 0, 3, 6, ... ms; the first issue at or after 1 s is number 334 (1002 ms), and it is the last.
  EXPECT_EQ(result.query_count, 335U);
  EXPECT_EQ(result.records.back().issued_ns, (1002ms / 1ns));
  for (const QueryRecord& record : result.records) {
    EXPECT_EQ(record.latency(), 3ms);
    EXPECT_EQ(record.scheduled_ns, record.issued_ns);
  }
}

TEST(SingleStream, RunsOnUntilTheQueryCountIsMet) {
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 1ms; });
  FakeLibrary library(16);
  TestSettings settings = TestSettings::defaults_for(Scenario::single_stream);
  settings.min_duration = 1ms;
  settings.min_query_count = 500;
  EXPECT_EQ(run_test(settings, server, library, {.clock = clock}).query_count, 500U);
}

TEST(SingleStream, MaxDurationAndMaxQueryCountEndTheRunWithoutAnError) {
  TestSettings settings = TestSettings::defaults_for(Scenario::single_stream);
  settings.min_duration = 1s;
  settings.min_query_count = 5000;
  FakeLibrary library(16);
  {
    SimulatedClock clock;
    QueueServer server(clock, [](std::uint64_t) { return 1ms; });
    settings.max_duration = 2s;
    const TestResult result = run_test(settings, server, library, {.clock = clock});
    EXPECT_EQ(result.end_cause, EndCause::max_duration);
    EXPECT_EQ(result.query_count, 2001U);
    EXPECT_TRUE(result.errors.empty());
  }
  {
    SimulatedClock clock;
    QueueServer server(clock, [](std::uint64_t) { return 1ms; });
    settings.max_duration = kNever;
    settings.max_query_count = 5500;
    settings.min_duration = 1h;
    const TestResult result = run_test(settings, server, library, {.clock = clock});
    EXPECT_EQ(result.end_cause, EndCause::max_query_count);
    EXPECT_EQ(result.query_count, 5500U);
  }
}

TEST(MultiStream, SamplesOfAQueryAreContiguousInLoadOrderAndTheQueryWaitsForAll) {
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 1ms; });
  FakeLibrary library(20);
  TestSettings settings = TestSettings::defaults_for(Scenario::multi_stream);
  settings.samples_per_query = 8;
  settings.min_duration = 0ns;
  settings.min_query_count = 50;
  const TestResult result = run_test(settings, server, library, {.clock = clock});

  ASSERT_EQ(result.query_count, 50U);
  ASSERT_EQ(result.records.size(), 400U);
  ASSERT_EQ(result.loaded_set.size(), 27U);  // 20 and the first 7 again
  for (std::size_t query = 0; query < 50; ++query) {
    const auto* first = &result.records[query * 8];
    const auto start = std::find(result.loaded_set.begin(), result.loaded_set.begin() + 20, first->sample_index);
    for (std::ptrdiff_t i = 0; i < 8; ++i) {
      EXPECT_EQ(first[i].sample_index, *(start + i));
      EXPECT_EQ(first[i].latency(), (i + 1) * 1ms);
      EXPECT_EQ(first[i].scheduled_ns, static_cast<std::int64_t>(query) * (8ms / 1ns));
    }
  }
}

TEST(Server, SchedulesUpToTheFirstArrivalBeyondTheMinimumDuration) {
  SimulatedClock clock;
  ScriptedSystem system(test_support::complete_now);
  FakeLibrary library(16);
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = 100.0;
  settings.min_duration = 2s;
  settings.min_query_count = 1;
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  ASSERT_GE(result.records.size(), 2U);
  EXPECT_EQ(result.records.front().scheduled_ns, 0);
  EXPECT_GE(result.records.back().scheduled_ns, 2s / 1ns);
  EXPECT_LT(result.records[result.records.size() - 2].scheduled_ns, 2s / 1ns);
  EXPECT_EQ(system.flush_count, 1);
}

TEST(Server, IsOpenLoop) {
  // The system never answers before the end: every query is issued on time all the same.
  SimulatedClock clock;
  ScriptedSystem system([](auto, auto&) {});
  FakeLibrary library(16);
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = 100.0;
  settings.min_duration = 1s;
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  EXPECT_EQ(result.end_cause, EndCause::deadline);
  EXPECT_EQ(result.errors.at(ResponseError::lost), result.records.size());
  for (const QueryRecord& record : result.records) {
    EXPECT_EQ(record.issue_delay(), 0ns);
    EXPECT_EQ(record.latency(), kNever);
  }
}

TEST(Server, CoalescesWhatIsDueAndKeepsEachScheduledTime) {
  // The first call takes 10 ms; at one arrival a millisecond the second call carries the ten queries due meanwhile.
  SimulatedClock clock;
  ScriptedSystem system([&](std::span<const QuerySample> samples, ResponseSink& sink) {
    if (samples.front().id.position() == 0) {
      clock.spend(10ms);
    }
    test_support::complete_now(samples, sink);
  });
  FakeLibrary library(16);
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = 1000.0;
  settings.arrivals = ConstantArrivals{};
  settings.min_duration = 0ns;
  settings.min_query_count = 15;
  settings.coalesce = true;
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  EXPECT_THAT(system.calls, ::testing::ElementsAre(1, 10, 1, 1, 1, 1));
  EXPECT_EQ(result.records[1].latency(), 9ms);
  EXPECT_EQ(result.records[10].latency(), 0ms);
}

TEST(Server, StopsWhenTooMuchIsOutstanding) {
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 10ms; });
  FakeLibrary library(16);
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = 1000.0;
  settings.arrivals = ConstantArrivals{};
  settings.max_outstanding = 20;
  const TestResult result = run_test(settings, server, library, {.clock = clock});
  EXPECT_EQ(result.end_cause, EndCause::max_outstanding);
  EXPECT_LT(result.records.size(), 30U);
  EXPECT_TRUE(result.errors.empty()) << "what was in flight still came back";
}

TEST(Offline, IsOneQueryWithTheLoadedSetRepeatedInOrder) {
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 1ms; });
  FakeLibrary library(10);
  TestSettings settings = TestSettings::defaults_for(Scenario::offline);
  settings.min_duration = 100ms;
  settings.offline_expected_qps = 1000.0;
  const TestResult result = run_test(settings, server, library, {.clock = clock});
  EXPECT_EQ(result.query_count, 1U);
  ASSERT_EQ(result.records.size(), 110U);  // floor(1.1 * 0.1 s * 1000/s)
  for (std::size_t i = 0; i < result.records.size(); ++i) {
    EXPECT_EQ(result.records[i].sample_index, result.loaded_set[i % 10]);
    EXPECT_EQ(result.records[i].latency(), static_cast<std::int64_t>(i + 1) * 1ms);
  }
}

TEST(Offline, MaxDurationEndsIt) {
  SimulatedClock clock;
  QueueServer server(clock, [](std::uint64_t) { return 10ms; });
  FakeLibrary library(10);
  TestSettings settings = TestSettings::defaults_for(Scenario::offline);
  settings.min_duration = 100ms;
  settings.max_duration = 200ms;
  settings.offline_expected_qps = 1000.0;
  const TestResult result = run_test(settings, server, library, {.clock = clock});
  EXPECT_EQ(result.end_cause, EndCause::max_duration);
}

TEST(Selection, EqualIssueUsesEachSampleEquallyOften) {
  SimulatedClock clock;
  ScriptedSystem system(test_support::complete_now);
  FakeLibrary library(12);
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = 1000.0;
  settings.min_duration = 100ms;
  settings.min_query_count = 1;
  settings.selection = SampleSelection::equal_issue;
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  std::map<QuerySampleIndex, int> counts;
  for (const QueryRecord& record : result.records) {
    ++counts[record.sample_index];
  }
  ASSERT_EQ(counts.size(), 12U);
  for (const auto& [index, count] : counts) {
    EXPECT_EQ(count, counts.begin()->second) << "sample " << index;
  }
}

TEST(Selection, UniqueUsesTheSetUpAndSameUsesOneSample) {
  FakeLibrary library(12);
  TestSettings settings = TestSettings::defaults_for(Scenario::single_stream);
  settings.selection = SampleSelection::unique;
  {
    SimulatedClock clock;
    ScriptedSystem system(test_support::complete_now);
    const TestResult result = run_test(settings, system, library, {.clock = clock});
    std::set<QuerySampleIndex> seen;
    for (const QueryRecord& record : result.records) {
      seen.insert(record.sample_index);
    }
    EXPECT_EQ(result.records.size(), 12U);
    EXPECT_EQ(seen.size(), 12U);
  }
  {
    SimulatedClock clock;
    QueueServer server(clock, [](std::uint64_t) { return 1ms; });
    settings.selection = SampleSelection::same;
    settings.same_index = 3;
    const TestResult result = run_test(settings, server, library, {.clock = clock});
    for (const QueryRecord& record : result.records) {
      EXPECT_EQ(record.sample_index, result.loaded_set[3]);
    }
  }
}

TEST(AccuracyMode, EverySampleOfEverySetExactlyOnceAndEveryResponseKept) {
  for (const RandomStream stream : {RandomStream::assay, RandomStream::mlperf}) {
    for (const Scenario scenario : kAllScenarios) {
      SimulatedClock clock;
      ScriptedSystem system([](std::span<const QuerySample> samples, ResponseSink& sink) {
        for (const QuerySample& sample : samples) {
          const QueryResponse response{.id = sample.id, .data = std::as_bytes(std::span(&sample.index, 1))};
          sink.complete({&response, 1});
        }
      });
      FakeLibrary library(24, 8);
      TestSettings settings = TestSettings::defaults_for(scenario);
      settings.mode = TestMode::accuracy;
      settings.stream = stream;
      settings.samples_per_query = 4;
      settings.server_target_qps = 1000.0;
      const TestResult result = run_test(settings, system, library, {.clock = clock});
      EXPECT_EQ(library.loads.size(), 3U) << title_of(scenario);
      EXPECT_EQ(library.unload_count, 3) << title_of(scenario);
      std::multiset<QuerySampleIndex> seen;
      for (const QueryRecord& record : result.records) {
        seen.insert(record.sample_index);
      }
      EXPECT_EQ(seen.size(), 24U) << title_of(scenario);
      EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 24U) << title_of(scenario);
      ASSERT_EQ(result.responses.size(), 24U) << title_of(scenario);
      for (const LoggedResponse& response : result.responses) {
        EXPECT_TRUE(std::ranges::equal(response.data, std::as_bytes(std::span(&response.sample_index, 1))));
      }
    }
  }
}

TEST(AccuracyMode, LastMultiStreamQueryIsShorterRatherThanRepeatASample) {
  SimulatedClock clock;
  ScriptedSystem system(test_support::complete_now);
  FakeLibrary library(10);
  TestSettings settings = TestSettings::defaults_for(Scenario::multi_stream);
  settings.mode = TestMode::accuracy;
  settings.samples_per_query = 4;
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  std::set<QuerySampleIndex> seen;
  for (const QueryRecord& record : result.records) {
    seen.insert(record.sample_index);
  }
  EXPECT_EQ(result.records.size(), 10U);
  EXPECT_EQ(seen.size(), 10U);
}

TEST(Lateness, CountsFromAShareOfTheWindow) {
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  EXPECT_EQ(settings.lateness_threshold(), 100us);
  settings.target_latency = 20ms;
  EXPECT_EQ(settings.lateness_threshold(), 200us);
  settings.target_latency = 300us;
  EXPECT_EQ(settings.lateness_threshold(), 3us);
}

TEST(ResponseLog, KeepsASampleOfTheResponsesInPerformanceMode) {
  SimulatedClock clock;
  ScriptedSystem system(test_support::complete_now);
  FakeLibrary library(16);
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.server_target_qps = 10'000.0;
  settings.min_duration = 1s;
  settings.response_log_count = 100;
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  EXPECT_GT(result.responses.size(), 50U);
  EXPECT_LT(result.responses.size(), 217U);
}

// A system that knew which answers are kept could answer those right and no others.
TEST(ResponseLog, WhichAreKeptIsDrawnFromTheSeed) {
  const auto kept = [](std::uint64_t seed) {
    SimulatedClock clock;
    ScriptedSystem system(test_support::complete_now);
    FakeLibrary library(16);
    TestSettings settings = TestSettings::defaults_for(Scenario::server);
    settings.server_target_qps = 10'000.0;
    settings.min_duration = 1s;
    settings.response_log_count = 100;
    settings.seeds.response_log = seed;
    std::vector<std::uint64_t> positions;
    for (const LoggedResponse& response : run_test(settings, system, library, {.clock = clock}).responses) {
      positions.push_back(response.position);
    }
    return positions;
  };
  EXPECT_EQ(kept(1), kept(1));
  EXPECT_NE(kept(1), kept(2));
}

TEST(Tokens, FirstTokenIsStampedAndItsAbsenceIsAnError) {
  SimulatedClock clock;
  ScriptedSystem system([&](std::span<const QuerySample> samples, ResponseSink& sink) {
    const QuerySample sample = samples.front();
    if (sample.id.position() != 2) {
      clock.at(clock.now() + 2ms, [&sink, sample] { sink.first_token(sample.id); });
    }
    clock.at(clock.now() + 10ms, [&sink, sample] {
      const QueryResponse response{.id = sample.id, .token_count = sample.id.position() == 3 ? 0U : 5U};
      sink.complete({&response, 1});
    });
  });
  FakeLibrary library(16);
  TestSettings settings = TestSettings::defaults_for(Scenario::single_stream);
  settings.min_duration = 0ns;
  settings.min_query_count = 10;
  settings.token_latencies = true;
  const TestResult result = run_test(settings, system, library, {.clock = clock});
  EXPECT_EQ(result.records[0].first_token_ns - result.records[0].scheduled_ns, 2ms / 1ns);
  EXPECT_EQ(result.records[0].token_count, 5U);
  EXPECT_EQ(result.errors.at(ResponseError::first_token_missing), 1U);
  EXPECT_EQ(result.errors.at(ResponseError::token_count_missing), 1U);
}

}  // namespace
}  // namespace assay
