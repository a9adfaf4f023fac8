#include "lab/bench_reporter.hpp"

#include <benchmark/benchmark.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

namespace assay {
namespace {

using benchmark::BenchmarkReporter;
using ::testing::HasSubstr;
using ::testing::Not;

BenchmarkReporter::Run run_with(const std::map<std::string, double>& counters) {
  BenchmarkReporter::Run run;
  run.run_name.function_name = "x";
  run.family_index = 0;
  run.per_family_instance_index = 0;
  run.repetition_index = 0;
  run.repetitions = 1;
  for (const auto& [name, value] : counters) {
    run.counters[name] = benchmark::Counter(value);
  }
  return run;
}

std::string report(const std::string& format, const std::vector<BenchmarkReporter::Run>& runs) {
  std::ostringstream out;
  const auto reporter = finite_reporter(file_reporter(format), {"a", "b"});
  reporter->SetOutputStream(&out);
  reporter->SetErrorStream(&out);
  EXPECT_TRUE(reporter->ReportContext(BenchmarkReporter::Context()));
  for (const auto& run : runs) {
    reporter->ReportRuns({run});
  }
  reporter->Finalize();
  return out.str();
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(BenchReporter, LeavesOutOfJsonWhatIsNotFinite) {
  const std::string text = report("json", {run_with({{"a", 1.0}, {"b", kNan}})});
  const std::string json = text.substr(text.find('{'));
  const auto run = nlohmann::json::parse(json).at("benchmarks").at(0);
  EXPECT_EQ(run.at("a"), 1.0);
  EXPECT_FALSE(run.contains("b"));
}

// The library itself aborts at the second run, whose counter is not in the header.
TEST(BenchReporter, CsvHasAColumnForEveryCounter) {
  const std::string text = report("csv", {run_with({{"a", 1.0}}), run_with({{"b", 2.0}})});
  EXPECT_THAT(text, HasSubstr(R"(,"a","b")"));
  EXPECT_THAT(text, HasSubstr(",1,\n"));
  EXPECT_THAT(text, HasSubstr(",,2\n"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST(BenchReporter, EmptiesOnlyWholeUnquotedFields) {
  EXPECT_EQ(without_nan_fields(R"(nan,"a,nan,b",-nan,nano,1)"), R"(,"a,nan,b",,nano,1)");
  EXPECT_EQ(without_nan_fields(""), "");
}

TEST(BenchReporter, KnowsTheFormatsOfTheLibrary) {
  EXPECT_NE(file_reporter("console"), nullptr);
  EXPECT_EQ(file_reporter("xml"), nullptr);
}

}  // namespace
}  // namespace assay
