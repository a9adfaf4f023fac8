#include "analysis/time_series.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>

#include "tests/analysis/recorded_tests.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

std::vector<SeriesPoint> series_of(const TestResult& result) { return time_series(result, distributions_of(result)); }

// 1000 queries at 100/s, 5 ms each: completions at 5, 15, ... 9995 ms. Twenty completions take 0.2 s.
TEST(TimeSeries, IntervalsHoldTwentyCompletionsOnAverage) {
  const auto series = series_of(server_test(std::vector<Nanoseconds>(1000, 5ms), 10ms));
  ASSERT_EQ(series.size(), 50U);
  for (const SeriesPoint& point : series) {
    EXPECT_EQ(point.completed, 20U);
    EXPECT_DOUBLE_EQ(point.p50_s.value(), 5e-3);
    EXPECT_FALSE(point.p99_s.has_value());
  }
  EXPECT_DOUBLE_EQ(series[0].t_s, 0.2);
  EXPECT_DOUBLE_EQ(series.back().t_s, 9.995) << "the last interval ends with the last completion";
}

// Latencies 1..1000 us, one completion each microsecond: 1 ms / 600 and twenty completions both fit in 20 us.
TEST(TimeSeries, PercentilesOfEachInterval) {
  TestResult result = server_test(std::vector<Nanoseconds>(1000, 1us), 1us);
  for (std::size_t i = 0; i < 1000; ++i) {
    const auto step = static_cast<std::int64_t>(i + 1) * 1000;
    result.records[i] = {.scheduled_ns = 0, .issued_ns = 0, .started_ns = 0, .completed_ns = step};
  }
  const auto series = series_of(result);
  ASSERT_EQ(series.size(), 50U);
  EXPECT_DOUBLE_EQ(series[0].p50_s.value(), 10e-6);
  EXPECT_DOUBLE_EQ(series[49].p50_s.value(), 990e-6);
}

// 200,000 completions in 1 s give at most 600 intervals: of 2 ms, 400 completions, whose p99 is the 396th.
TEST(TimeSeries, NeverMoreThanSixHundredPoints) {
  TestResult result = server_test(std::vector<Nanoseconds>(200'000, 1us), 5us);
  for (std::size_t i = 0; i < 200'000; ++i) {
    result.records[i].scheduled_ns -= static_cast<std::int64_t>(i % 400);
  }
  const auto series = series_of(result);
  ASSERT_EQ(series.size(), 500U);
  EXPECT_EQ(series[0].completed, 400U);
  EXPECT_NEAR(series[0].p50_s.value(), 1.199e-6, 1e-15);
  EXPECT_NEAR(series[0].p99_s.value(), 1.395e-6, 1e-15);
}

TEST(TimeSeries, AStallIsAnEmptyIntervalAndLostQueriesAreNowhere) {
  TestResult result = server_test(std::vector<Nanoseconds>(1000, 5ms), 10ms);
  for (std::size_t i = 500; i < 700; ++i) {
    result.records[i].completed_ns = QueryRecord::kUnset;
  }
  const auto series = series_of(result);
  std::uint64_t completed = 0;
  std::size_t empty = 0;
  for (const SeriesPoint& point : series) {
    completed += point.completed;
    empty += point.completed == 0 ? 1 : 0;
    EXPECT_EQ(point.p50_s.has_value(), point.completed > 0);
  }
  EXPECT_EQ(completed, 800U);
  EXPECT_GT(empty, 0U);
}

TEST(TimeSeries, OfNothingIsEmpty) { EXPECT_TRUE(series_of(server_test({}, 10ms)).empty()); }

}  // namespace
}  // namespace assay
