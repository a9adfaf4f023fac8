#include "analysis/soak_points.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include "tests/analysis/recorded_tests.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

// 1000 queries at 100/s, 5 ms each: completions at 5, 15, ... 9995 ms.
TestResult steady_test() { return server_test(std::vector<Nanoseconds>(1000, 5ms), 10ms); }

TEST(SoakCourse, PointsHoldTwentyResponsesOnAverageAndAreWhole) {
  const TestResult result = steady_test();
  const SoakCourse course = soak_course(result, distributions_of(result), 150ms);
  EXPECT_EQ(course.period, 300ms) << "150 ms hold fifteen";
  ASSERT_EQ(course.points.size(), 33U);
  EXPECT_DOUBLE_EQ(course.points[0].t_s, 0.0);
  EXPECT_DOUBLE_EQ(course.points[32].t_s, 9.6);
  EXPECT_DOUBLE_EQ(course.points[7].throughput_per_s, 100.0);
  EXPECT_DOUBLE_EQ(course.points[7].p50_s.value(), 5e-3);
  EXPECT_FALSE(course.points[7].p99_s.has_value()) << "thirty responses have no P99";
  EXPECT_EQ(course.left_out, 9995ms - 33 * 300ms);
}

TEST(SoakCourse, EnoughResponsesKeepTheBasePeriod) {
  const TestResult result = steady_test();
  const SoakCourse course = soak_course(result, distributions_of(result), 1s);
  EXPECT_EQ(course.period, 1s);
  ASSERT_EQ(course.points.size(), 9U);
  EXPECT_DOUBLE_EQ(course.points[8].p99_s.value(), 5e-3);
}

TEST(SoakCourse, NothingCompletedIsNoPoint) {
  TestResult result = steady_test();
  for (QueryRecord& record : result.records) {
    record.completed_ns = QueryRecord::kUnset;
  }
  EXPECT_TRUE(soak_course(result, distributions_of(result), 1s).points.empty());
  EXPECT_THROW((void)soak_course(result, distributions_of(result), 0s), std::invalid_argument);
}

TEST(LoopP99, IsThatOfTheQueriesOfTheLoopWithAnInterval) {
  std::vector<Nanoseconds> latencies(100'000, 1ms);
  for (std::size_t i = 50'000; i < latencies.size(); i += 20) {
    latencies[i] = 3ms;  // 5 % of the second half
  }
  const TestResult result = server_test(latencies, 100us);
  const std::vector<SoakLoop> loops{{.begin_s = 0.0, .end_s = 5.0}, {.begin_s = 5.0, .end_s = 10.0}};
  const auto tails = loop_p99(result, distributions_of(result), 1s, loops);
  ASSERT_EQ(tails.size(), 2U);
  EXPECT_DOUBLE_EQ(tails[0].point.value(), 1e-3);
  EXPECT_DOUBLE_EQ(tails[1].point.value(), 3e-3);
  EXPECT_LE(tails[1].lower.value(), 3e-3);
  EXPECT_GE(tails[1].upper.value(), 3e-3);
}

TEST(LoopP99, FewOrNoQueriesSaySo) {
  TestResult result = steady_test();
  for (std::size_t i = 0; i < 500; ++i) {
    result.records[i].completed_ns = QueryRecord::kUnset;
  }
  const std::vector<SoakLoop> loops{{.begin_s = 0.0, .end_s = 4.0}, {.begin_s = 6.0, .end_s = 7.0}};
  const auto tails = loop_p99(result, distributions_of(result), 1s, loops);
  EXPECT_FALSE(tails[0].point.has_value());
  EXPECT_EQ(tails[0].reason, "nothing completed in this loop");
  EXPECT_FALSE(tails[1].upper.has_value());
  EXPECT_NE(tails[1].reason.find("more"), std::string::npos) << tails[1].reason;
}

}  // namespace
}  // namespace assay
