#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "kernels/kernel.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::Program;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ProgramBench : public ::testing::Test {
 protected:
  ProgramResult assay(const std::vector<std::string>& arguments) { return run_assay(folder, arguments); }
  /// Small enough for every build.
  ProgramResult bench(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"bench", "--kernel", "gemm:n=16", "--benchmark_min_time=0.001"});
    return assay(arguments);
  }
  ScratchFolder folder;
};

TEST_F(ProgramBench, ListsEveryKernelWithoutMeasuring) {
  const ProgramResult result = assay({"bench", "--benchmark_list_tests"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const KernelEntry& entry : kernel_catalogue()) {
    EXPECT_THAT(result.out, HasSubstr(entry.name + "/batch:1/manual_time\n"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "tmp/assay.lock"));
}

TEST_F(ProgramBench, MeasuresAndItsFileIsImported) {
  const ProgramResult result = bench({"--benchmark_repetitions=6", "--benchmark_out=out.json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("gemm/n:16/batch:1/manual_time"));
  const json file = json::parse(test_support::text_of(folder / "out.json"));
  EXPECT_EQ(file.at("context").at("schema"), "assay/bench");
  EXPECT_TRUE(file.at("context").contains("simd"));
  const json& first = file.at("benchmarks").at(0);
  for (const json& run : file.at("benchmarks")) {
    if (run.contains("error_occurred")) {
      GTEST_SKIP() << run.at("error_message");  // a hundred disturbed samples in a row
    }
  }
  EXPECT_GT(first.at("flop/s"), 0.0);
  EXPECT_GT(first.at("bytes/s"), 0.0);
  EXPECT_GT(first.at("clean_share"), 0.0);
  EXPECT_TRUE(first.contains("contaminated"));

  const ProgramResult imported = assay({"import", "gbench", "out.json", "--json"});
  ASSERT_EQ(imported.exit_code, 0) << imported.err;
  const json bench = json::parse(imported.out);
  EXPECT_EQ(bench.at("schema"), "assay/bench/1");
  const json& row = bench.at("benchmarks").at(0);
  EXPECT_EQ(row.at("time_basis"), "manual");
  EXPECT_EQ(row.at("repetitions"), 6);
  EXPECT_LE(row.at("time").at("lower_s"), row.at("time").at("upper_s"));
  EXPECT_THAT(assay({"import", "gbench", "out.json"}).out, HasSubstr("manual"));
}

TEST_F(ProgramBench, WritesTheOtherFormatsOfTheLibrary) {
  const ProgramResult csv = bench({"--kernel", "triad:size=256KiB", "--benchmark_format=csv"});
  EXPECT_EQ(csv.exit_code, 0) << csv.err;
  EXPECT_THAT(csv.out, HasSubstr("\"flop/s\""));
  EXPECT_THAT(csv.out, HasSubstr("triad/size:256KiB/batch:1"));
  const ProgramResult as_json = bench({"--benchmark_format=json"});
  EXPECT_EQ(json::parse(as_json.out).at("benchmarks").size(), 1U);
}

TEST_F(ProgramBench, AnInterruptEndsTheFileAndMarksWhatIsMissing) {
  Program program(folder, {"bench", "--kernel", "gemm:n=16", "--kernel", "gemm:n=32", "--benchmark_min_time=1000",
                           "--benchmark_format=json"});
  ASSERT_TRUE(program.wait_for_output("\"benchmarks\""));
  program.signal(SIGINT);
  const ProgramResult result = program.finish();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  const json runs = json::parse(result.out).at("benchmarks");
  EXPECT_THAT(runs, SizeIs(2));
  for (const json& run : runs) {
    EXPECT_EQ(run.at("error_message"), "interrupted");
  }
}

TEST_F(ProgramBench, RefusesWhatGoogleBenchmarkDoesNotTake) {
  const std::vector<std::vector<std::string>> wrong{{"--benchmark_fitler=x"},
                                                    {"--benchmark_format=xml"},
                                                    {"--benchmark_min_time=long"},
                                                    {"--benchmark_filter=no_such_kernel"},
                                                    {"gemm"},
                                                    {"--cpus", "4,2"},
                                                    {"--kernel", "no_such_kernel"},
                                                    {"--kernel", "gemm:n=0"}};
  for (const auto& arguments : wrong) {
    const ProgramResult result = bench(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments.front() << result.err;
    EXPECT_THAT(result.err, HasSubstr("assay: ")) << arguments.front();
    EXPECT_THAT(result.out, IsEmpty()) << arguments.front();
  }
  EXPECT_EQ(bench({"--benchmark_out=no/such/folder.json"}).exit_code, 5);
  EXPECT_EQ(bench({"--wait", "--benchmark_out=out.json", "--benchmark_out_format=console"}).exit_code, 0);
}

TEST_F(ProgramBench, HelpIsOursAndThatOfTheLibrary) {
  const ProgramResult result = assay({"bench", "--help"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("--kernel"));
  EXPECT_THAT(result.out, HasSubstr("--benchmark_enable_random_interleaving"));
  EXPECT_THAT(assay({"explain", "DEBUG"}).out, HasSubstr("NDEBUG"));
}

TEST_F(ProgramBench, ImportRefusesInOneLineWhatIsNoResultFile) {
  std::ofstream(folder / "damaged.json") << R"({"context":{},"benchmarks":[{"name":7,"time_unit":"ns"}]})";
  std::ofstream(folder / "foreign.json") << R"({"schema":"assay/run/1"})";
  std::ofstream(folder / "cut.json") << R"({"context":{"date":)";
  for (const char* name : {"damaged.json", "foreign.json", "cut.json", "absent.json", "."}) {
    const ProgramResult result = assay({"import", "gbench", name});
    EXPECT_EQ(result.exit_code, 5) << name;
    EXPECT_THAT(result.err, HasSubstr("--benchmark_out=FILE")) << name;
    EXPECT_THAT(result.err.substr(0, result.err.size() - 1), Each(Not('\n'))) << name;
  }
  EXPECT_EQ(assay({"import", "junit", "damaged.json"}).exit_code, 2);
  EXPECT_EQ(assay({"import", "gbench"}).exit_code, 2);
}

}  // namespace
}  // namespace assay
