#include "analysis/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "analysis/remedy.hpp"
#include "tests/analysis/recorded_tests.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> codes(const Verdict& verdict) {
  std::vector<std::string> found;
  for (const InvalidReason& reason : verdict.reasons) {
    EXPECT_FALSE(reason.message.empty());
    EXPECT_FALSE(reason.remedy.empty());
    found.push_back(reason.code);
  }
  return found;
}

Verdict judged(const TestResult& result, const std::optional<OutputVerdict>& check = {}) {
  return judge(result, distributions_of(result), check);
}

/// 1000 queries at 100/s, 5 ms each, of which the last `slow` take 20 ms; window 10 ms at p99.
TestResult windowed(std::uint64_t slow) {
  TestResult result = server_test(mostly(1000, 5ms, slow, 20ms), 10ms);
  result.settings.target_latency = 10ms;
  return result;
}

TEST(Verdict, AGoodRunIsValid) {
  EXPECT_THAT(codes(judged(windowed(0))), IsEmpty());
  EXPECT_THAT(codes(judged(server_test(std::vector<Nanoseconds>(1000, 5ms), 10ms))), IsEmpty());
  EXPECT_THAT(codes(judged(single_stream_test(std::vector<Nanoseconds>(64, 5ms)))), IsEmpty());
  EXPECT_THAT(codes(judged(offline_test({3ms, 1ms}))), IsEmpty());
}

TEST(Verdict, MinDuration) {
  TestResult result = windowed(0);
  result.settings.min_duration = 12s;
  const Verdict verdict = judged(result);
  EXPECT_THAT(codes(verdict), ElementsAre("min_duration"));
  EXPECT_EQ(verdict.reasons[0].message, "the run lasted 9.99 s of the required 12.0 s (it ended by: complete)");
  EXPECT_THAT(verdict.reasons[0].remedy, HasSubstr("--duration 12s"));
}

// LoadGen calls a Server run long enough when its schedule was; here nobody answered the second half.
TEST(Verdict, MinDurationNeedsCompletionsToo) {
  TestResult result = windowed(0);
  for (std::size_t i = 500; i < 1000; ++i) {
    result.records[i].completed_ns = QueryRecord::kUnset;
  }
  EXPECT_THAT(codes(judged(result)), ElementsAre("min_duration", "latency_constraint", "lost_queries"));
}

// A straggler does not lengthen a schedule that was too short.
TEST(Verdict, MinDurationOfServerIsThatOfItsSchedule) {
  TestResult result = windowed(0);
  result.settings.min_duration = 12s;
  result.records[0].completed_ns = (13s / 1ns);
  EXPECT_THAT(codes(judged(result)), ElementsAre("min_duration"));
}

TEST(Verdict, OfflineTooShortAsksForAHigherExpectedRate) {
  TestResult result = offline_test(std::vector<Nanoseconds>(12'000, 1s));
  result.settings.min_duration = 10s;
  const Verdict verdict = judged(result);
  EXPECT_THAT(codes(verdict), ElementsAre("min_duration"));
  EXPECT_THAT(verdict.reasons[0].remedy, HasSubstr("--rate 13200"));
}

TEST(Verdict, AnEndByMaxDurationIsNoError) {
  TestResult result = windowed(0);
  result.settings.max_duration = result.settings.min_duration;
  result.end_cause = EndCause::max_duration;
  EXPECT_TRUE(judged(result).valid());
}

// 1000 queries in 9.995 s; 1500 take 15 s, a tenth more is 16.5 s.
TEST(Verdict, MinQueries) {
  TestResult result = windowed(0);
  result.settings.min_query_count = 1500;
  const Verdict verdict = judged(result);
  EXPECT_THAT(codes(verdict), ElementsAre("min_queries"));
  EXPECT_EQ(verdict.reasons[0].message, "1,000 queries of the required 1,500 were issued");
  EXPECT_EQ(verdict.reasons[0].remedy, "--duration 17s");
}

// 10 of 1000 over: p99 is the 990th, 5 ms. 11 over: 20 ms.
TEST(Verdict, LatencyConstraintAtTheExactRank) {
  EXPECT_THAT(codes(judged(windowed(10))), ElementsAre("early_stopping"));
  const Verdict verdict = judged(windowed(11));
  EXPECT_THAT(codes(verdict), ElementsAre("latency_constraint"));
  EXPECT_THAT(verdict.reasons[0].message, HasSubstr("p99 latency 20.0 ms is above the window of 10.0 ms; 98.9 % were"));
  EXPECT_THAT(verdict.reasons[0].remedy, HasSubstr("--rate 79"));
}

// n(2) = 838, n(3) = 1001 > 1000 with the 459/662/838 of LoadGen's table: two slow ones pass, three do not.
TEST(Verdict, EarlyStoppingOfServer) {
  EXPECT_TRUE(judged(windowed(2)).valid());
  const Verdict verdict = judged(windowed(3));
  EXPECT_THAT(codes(verdict), ElementsAre("early_stopping"));
  EXPECT_THAT(verdict.reasons[0].message, HasSubstr("3 of 1,000 queries over the latency window of 10.0 ms"));
  EXPECT_THAT(verdict.reasons[0].remedy, HasSubstr("--duration "));
}

TEST(Verdict, EarlyStoppingOfTheClosedLoops) {
  const Verdict verdict = judged(single_stream_test(std::vector<Nanoseconds>(63, 5ms)));
  EXPECT_THAT(codes(verdict), ElementsAre("early_stopping"));
  EXPECT_EQ(verdict.reasons[0].message, "63 queries do not carry a p90 with confidence 0.99; it takes 64");
  EXPECT_EQ(verdict.reasons[0].remedy, "--min-queries 64");
}

// LoadGen stops after the first of the two that fails.
TEST(Verdict, TokenWindowsAreJudgedIndependently) {
  TestResult result = server_test(std::vector<Nanoseconds>(1000, 100ms), 10ms);
  result.settings.token_latencies = true;
  result.settings.target_first_token = 10ms;
  result.settings.target_token_time = 1ms;
  for (QueryRecord& record : result.records) {
    record.first_token_ns = record.scheduled_ns + (20ms / 1ns);
    record.token_count = 11;  // 80 ms / 10 = 8 ms a token
  }
  EXPECT_THAT(codes(judged(result)), ElementsAre("first_token_constraint", "token_time_constraint"));
  result.settings.target_first_token = 20ms;
  EXPECT_THAT(codes(judged(result)), ElementsAre("token_time_constraint"));
  result.settings.target_token_time = 8ms;
  EXPECT_TRUE(judged(result).valid());
}

// The threshold is 1 % of the window, 100 us; 1 % of the queries may be later.
TEST(Verdict, Lateness) {
  TestResult result = windowed(0);
  const auto delay = [&result](std::size_t count, Nanoseconds by) {
    for (std::size_t i = 0; i < count; ++i) {
      QueryRecord& record = result.records[i];
      record.issued_ns = record.started_ns = record.scheduled_ns + by.count();
    }
  };
  delay(1000, 100us);
  EXPECT_TRUE(judged(result).valid());
  delay(10, 101us);
  EXPECT_TRUE(judged(result).valid());
  delay(11, 101us);
  const Verdict verdict = judged(result);
  EXPECT_THAT(codes(verdict), ElementsAre("lateness"));
  EXPECT_THAT(verdict.reasons[0].message, HasSubstr("1.10 % of the queries more than 100 µs late (1.00 % allowed)"));
}

// 900 of 1000 came back at 90/s; one in ten lost breaks p99 as well.
TEST(Verdict, LostQueriesAreInfinite) {
  TestResult result = windowed(0);
  for (std::size_t i = 0; i < 100; ++i) {
    result.records[i].completed_ns = QueryRecord::kUnset;
  }
  result.errors[ResponseError::lost] = 100;
  result.end_cause = EndCause::deadline;
  const Verdict verdict = judged(result);
  EXPECT_THAT(codes(verdict), ElementsAre("latency_constraint", "lost_queries"));
  EXPECT_THAT(verdict.reasons[0].message, HasSubstr("p99 latency infinite"));
  EXPECT_THAT(verdict.reasons[0].remedy, HasSubstr("--rate 72"));
  EXPECT_THAT(verdict.reasons[1].message, HasSubstr("100 samples never came back"));
}

TEST(Verdict, AnUncompletedRecordIsLostEvenIfNobodyCountedIt) {
  TestResult result = windowed(0);
  result.records[3].completed_ns = QueryRecord::kUnset;
  EXPECT_THAT(codes(judged(result)), ElementsAre("lost_queries"));
  result.errors[ResponseError::failed] = 1;
  EXPECT_THAT(codes(judged(result)), ElementsAre("failed"));
}

TEST(Verdict, EachErrorOfTheSystemUnderTestIsAReason) {
  for (const ResponseError error : {ResponseError::threw, ResponseError::duplicate, ResponseError::unknown_id,
                                    ResponseError::after_end, ResponseError::lost, ResponseError::failed,
                                    ResponseError::first_token_missing, ResponseError::token_count_missing}) {
    TestResult result = windowed(0);
    result.errors[error] = 7;
    const Verdict verdict = judged(result);
    EXPECT_THAT(codes(verdict), ElementsAre(name_of(error)));
    EXPECT_THAT(verdict.reasons[0].message, HasSubstr("7 "));
  }
}

TEST(Verdict, SingleTokensAndContradictoryTimes) {
  TestResult tokens = server_test(std::vector<Nanoseconds>(1000, 5ms), 10ms);
  tokens.settings.token_latencies = true;
  for (QueryRecord& record : tokens.records) {
    record.first_token_ns = record.scheduled_ns + 1;
    record.token_count = 2;
  }
  EXPECT_TRUE(judged(tokens).valid());
  tokens.records[0].token_count = 1;
  EXPECT_THAT(codes(judged(tokens)), ElementsAre("single_token"));

  TestResult order = windowed(0);
  order.records[5].started_ns = order.records[5].issued_ns - 1;
  EXPECT_THAT(codes(judged(order)), ElementsAre("time_order"));
}

TEST(Verdict, OutputCheck) {
  EXPECT_TRUE(judged(windowed(0), OutputVerdict{.passed = true, .text = "ok"}).valid());
  const Verdict verdict = judged(windowed(0), OutputVerdict{.passed = false, .text = "sample 3: 1.5, expected 2.5"});
  EXPECT_THAT(codes(verdict), ElementsAre("output_check"));
  EXPECT_THAT(verdict.reasons[0].message, HasSubstr("sample 3"));
}

TEST(Verdict, ClockStep) {
  TestResult result = windowed(0);
  result.clock_step = -300ms;
  const Verdict verdict = judged(result);
  EXPECT_THAT(codes(verdict), ElementsAre("clock_step"));
  EXPECT_THAT(verdict.reasons[0].message, HasSubstr("300 ms"));
}

TEST(Verdict, EarlyEnds) {
  TestResult result = windowed(0);
  result.end_cause = EndCause::interrupted;
  EXPECT_THAT(codes(judged(result)), ElementsAre("interrupted"));
  result.end_cause = EndCause::max_outstanding;
  EXPECT_THAT(codes(judged(result)), ElementsAre("max_outstanding"));
  result.end_cause = EndCause::record_capacity;
  EXPECT_THAT(codes(judged(result)), ElementsAre("record_capacity"));
}

TEST(Verdict, NothingCameBack) {
  TestResult result = server_test({}, 10ms);
  result.settings.min_duration = 1s;
  EXPECT_THAT(codes(judged(result)), ElementsAre("min_duration", "min_queries", "too_few_samples"));
}

// Every sample once, however long it takes and however late: outputs and errors decide.
TEST(Verdict, AnAccuracyRunIsJudgedByErrorsAndOutputsOnly) {
  TestResult result = windowed(500);
  result.settings.mode = TestMode::accuracy;
  result.settings.min_duration = 1h;
  EXPECT_TRUE(judged(result).valid());
  EXPECT_THAT(codes(judged(result, OutputVerdict{.passed = false, .text = "wrong"})), ElementsAre("output_check"));
}

TEST(Verdict, EveryReasonIsListed) {
  TestResult result = windowed(11);
  result.settings.min_duration = 1min;
  result.settings.min_query_count = 10'000;
  result.clock_step = 2ms;
  result.errors[ResponseError::duplicate] = 1;
  EXPECT_THAT(codes(judged(result)),
              ElementsAre("min_duration", "min_queries", "latency_constraint", "duplicate", "clock_step"));
}

TEST(Remedy, FlagsAreRoundedToTheSafeSide) {
  EXPECT_EQ(duration_flag(17.01), "--duration 18s");
  EXPECT_EQ(duration_flag(0.2), "--duration 1s");
  EXPECT_EQ(lower_rate_flag(319.9), "--rate 310");
  EXPECT_EQ(lower_rate_flag(310.0), "--rate 310");
  EXPECT_EQ(lower_rate_flag(0.3), "--rate 0.3");
  EXPECT_EQ(lower_rate_flag(123'456.0), "--rate 120000");
  EXPECT_EQ(higher_rate_flag(12'034.0), "--rate 12100");
  EXPECT_EQ(higher_rate_flag(12'100.0), "--rate 12100");
  EXPECT_EQ(duration_flag_for(1000, 100, 2s), "--duration 22s");
}

}  // namespace
}  // namespace assay
