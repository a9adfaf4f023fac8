#include "analysis/gbench_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "analysis/gbench_summary.hpp"

namespace assay {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

GbenchFile golden() { return read_gbench_file(ASSAY_ANALYSIS_TEST_DATA "/golden.gbench.json"); }

std::string refusal(const std::string& text) {
  try {
    (void)gbench_file_from_json(text, "f.json");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

std::string with_benchmark(const std::string& members) {
  return R"({"context":{},"benchmarks":[{"name":"x","iterations":1,"time_unit":"ns")" + members + "}]}";
}

TEST(GbenchFile, ReadsContextAndEveryBenchmark) {
  const GbenchFile file = golden();
  EXPECT_EQ(file.program, "copy_benchmark");
  EXPECT_EQ(file.cpu_count, 4U);
  EXPECT_DOUBLE_EQ(file.nominal_clock_hz, 2.45e9);
  EXPECT_EQ(file.cpu_scaling_enabled, true);
  EXPECT_THAT(file.load_average, ElementsAre(2.5, 1.0, 0.5));
  EXPECT_THAT(file.context, ElementsAre(Pair("compiler", "clang 14")));
  EXPECT_EQ(file.not_finite_count, 1U);
  ASSERT_EQ(file.benchmarks.size(), 4U);
  EXPECT_EQ(file.benchmarks[0].time, GbenchTime::real);
  EXPECT_EQ(file.benchmarks[0].label, "two arrays");
  EXPECT_EQ(file.benchmarks[0].repetitions.size(), 6U);
  EXPECT_EQ(file.benchmarks[1].time, GbenchTime::cpu);
  EXPECT_EQ(file.benchmarks[1].threads, 2U);
  EXPECT_EQ(file.benchmarks[2].error, "no GPU here");
  EXPECT_EQ(file.benchmarks[3].time, GbenchTime::manual);
  EXPECT_THAT(file.benchmarks[3].repetitions, IsEmpty());
}

// Six values: the interval of the median at 95 % is the smallest and the largest, as (1/2)^6 = 1.6 % lies on each side.
TEST(GbenchSummary, GivesTheMedianOfSixRepetitionsItsInterval) {
  const GbenchRow row = gbench_rows(golden()).at(0);
  EXPECT_DOUBLE_EQ(*row.time_s.point, 35e-9);
  EXPECT_DOUBLE_EQ(*row.time_s.lower, 10e-9);
  EXPECT_DOUBLE_EQ(*row.time_s.upper, 60e-9);
  EXPECT_EQ(row.time_s.reason, "");
  EXPECT_DOUBLE_EQ(row.counters.at("bytes_per_second"), (4096 / 30.0 + 4096 / 40.0) / 2.0 * 1e9);
}

TEST(GbenchSummary, SaysHowManyRepetitionsAreMissing) {
  const GbenchRow row = gbench_rows(golden()).at(1);
  EXPECT_DOUBLE_EQ(*row.time_s.point, 3e-3) << "the CPU time, on which this benchmark rests";
  EXPECT_FALSE(row.time_s.lower);
  EXPECT_FALSE(row.time_s.upper);
  EXPECT_EQ(row.time_s.reason, "an interval needs 5 more repetitions: --benchmark_repetitions=6");
  EXPECT_EQ(row.counters.at("comparisons"), 12.0);
}

TEST(GbenchSummary, TakesTheFilesOwnMedianWhereItHasNothingElse) {
  const GbenchRow row = gbench_rows(golden()).at(3);
  EXPECT_DOUBLE_EQ(*row.time_s.point, 2e-6);
  EXPECT_THAT(row.time_s.reason, HasSubstr("aggregates only"));
  EXPECT_EQ(row.counters.at("op/s"), 5e5);
}

TEST(GbenchSummary, AnErrorHasNoTime) {
  const GbenchRow row = gbench_rows(golden()).at(2);
  EXPECT_FALSE(row.time_s.point);
  EXPECT_EQ(row.error, "no GPU here");
  EXPECT_EQ(row.time_s.reason, "no GPU here");
}

TEST(GbenchSummary, WarnsOfWhatBendsTheNumbers) {
  const auto warnings = gbench_warnings(golden());
  for (const char* text : {"load average was 2.50 on 4 CPUs", "frequency scaling", "2 of 4 times are CPU time",
                           "1 of 4 ran on several threads", "1 values are bare NaN", "DEBUG"}) {
    EXPECT_THAT(warnings, Contains(HasSubstr(text)));
  }
  EXPECT_EQ(warnings.size(), 6U);
  EXPECT_THAT(gbench_warnings({.cpu_count = 4, .load_average = {1.9}}), IsEmpty());
}

TEST(GbenchFile, ReplacesWhatIsNotFiniteOutsideOfStrings) {
  const FiniteText text = with_null_for_not_finite(R"({"NaN":"a\"NaN","b":NaN,"c":[-NaN,Infinity,-Infinity,-1]})");
  EXPECT_EQ(text.text, R"({"NaN":"a\"NaN","b":null,"c":[null,null,null,-1]})");
  EXPECT_EQ(text.replaced_count, 4U);
}

TEST(GbenchFile, RefusesInOneLineNamingThePlace) {
  EXPECT_THAT(refusal("{"), HasSubstr("f.json: not valid JSON"));
  EXPECT_EQ(refusal("{}"), "f.json: context: expected an object, found nothing");
  EXPECT_EQ(refusal(R"({"context":{}})"), "f.json: benchmarks: expected an array, found nothing");
  EXPECT_EQ(refusal(with_benchmark(R"(,"real_time":"1")")),
            "f.json: benchmarks[0].real_time: expected a number from 0, found a string");
  EXPECT_EQ(refusal(with_benchmark(R"(,"real_time":-1)")),
            "f.json: benchmarks[0].real_time: expected a number from 0, found -1");
  EXPECT_THAT(refusal(R"({"context":{},"benchmarks":[{"name":"x","time_unit":"min"}]})"),
              HasSubstr("benchmarks[0].time_unit: expected \"ns\""));
  EXPECT_THAT(refusal(std::string(40, '[')), HasSubstr("nested deeper than 32"));
  EXPECT_THAT(refusal(std::string((16U << 20U) + 1, ' ')), HasSubstr("has at most 16777216"));
  EXPECT_EQ(refusal(with_benchmark("")), "");
}

}  // namespace
}  // namespace assay
