#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <variant>

#include "lab/machine_lock.hpp"
#include "tests/lab/fault_runs.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::Program;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using test_support::Arguments;
using test_support::operator+;

/// Short, on real work. The rate leaves room on a loaded machine.
const Arguments kShortRun{"run",      "gemm", "--param",    "n=32",  "--scenario",    "server", "--rate", "200",
                          "--warmup", "10ms", "--duration", "200ms", "--min-queries", "20",     "--out",  "results"};

class ProgramRun : public ::testing::Test {
 protected:
  ProgramResult assay(const Arguments& arguments) { return run_assay(folder, arguments); }

  /// Result files, without what the test itself put there.
  [[nodiscard]] std::vector<std::string> result_files() const {
    std::vector<std::string> files = folder.files();
    std::erase_if(files, [](const std::string& name) { return !name.starts_with("results/"); });
    return files;
  }
  ScratchFolder folder;
};

TEST_F(ProgramRun, PrintsOneJsonObjectAndKeepsTheSameInAFile) {
  const ProgramResult result = assay(kShortRun + Arguments{"--json"});
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  const json run = json::parse(result.out);
  EXPECT_EQ(run.at("schema"), "assay/run/1");
  EXPECT_EQ(run.at("workload").at("name"), "gemm");
  EXPECT_EQ(run.at("scenario").at("kind"), "server");
  EXPECT_EQ(run.at("result").at("valid"), result.exit_code == 0);
  ASSERT_EQ(result_files().size(), 1U);
  EXPECT_EQ(test_support::text_of(folder / result_files().front()), result.out);
  EXPECT_THAT(result.err, HasSubstr("result file: results/"));
}

TEST_F(ProgramRun, ShowsASummaryWithTheVerdict) {
  const ProgramResult result = assay(kShortRun);
  EXPECT_THAT(result.out, HasSubstr("Server  gemm"));
  EXPECT_THAT(result.out, AnyOf(HasSubstr("VALID"), HasSubstr("INVALID")));
  EXPECT_THAT(result.out, HasSubstr("P99"));
  EXPECT_THAT(result.out, HasSubstr("result file: "));
}

TEST_F(ProgramRun, ARunThatMissesItsWindowIsInvalidAndSaysWhatToTry) {
  const ProgramResult result = assay(kShortRun + Arguments{"--slo", "1ns@p99"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("INVALID: "));
  EXPECT_THAT(result.out, HasSubstr("try: "));
}

TEST_F(ProgramRun, FailOnDecidesTheExitCode) {
  const ProgramResult tripped = assay(kShortRun + Arguments{"--fail-on", "p50>1ns"});
  EXPECT_EQ(tripped.exit_code, 1);
  EXPECT_THAT(tripped.err, HasSubstr("--fail-on: p50>1ns: "));
}

TEST_F(ProgramRun, SaysEventsAsTheyHappen) {
  const ProgramResult result = assay(kShortRun + Arguments{"--events", "ndjson"});
  std::istringstream lines(result.out);
  std::vector<std::string> kinds;
  for (std::string line; std::getline(lines, line);) {
    kinds.push_back(json::parse(line).at("event"));
  }
  EXPECT_EQ(kinds.front(), "phase");
  EXPECT_EQ(kinds.back(), "result");
}

TEST_F(ProgramRun, RepeatsGiveAFileEachAndOneObject) {
  const ProgramResult result = assay(kShortRun + Arguments{"--repeat", "2", "--json=both.json"});
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  EXPECT_EQ(json::parse(test_support::text_of(folder / "both.json")).at("runs").size(), 2U);
  EXPECT_EQ(result_files().size(), 2U);
}

TEST_F(ProgramRun, AnInterruptKeepsAFlaggedPartialResult) {
  Program program(folder, kShortRun + Arguments{"--duration", "1h", "--events", "ndjson"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  program.signal(SIGINT);
  const ProgramResult result = program.finish();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  ASSERT_EQ(result_files().size(), 1U);
  const json run = json::parse(test_support::text_of(folder / result_files().front()));
  EXPECT_EQ(run.at("result").at("interrupted"), true);
  EXPECT_EQ(run.at("result").at("valid"), false);
}

TEST_F(ProgramRun, TheMeasuringProcessDiesWithTheProgram) {
  Program program(folder, kShortRun + Arguments{"--duration", "1h", "--events", "ndjson"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  const auto children = test_support::children_of(program.pid());
  ASSERT_EQ(children.size(), 1U);
  program.signal(SIGKILL);
  EXPECT_EQ(program.finish().exit_code, 128 + SIGKILL);
  EXPECT_TRUE(test_support::wait_until_gone(children.front()));
  EXPECT_THAT(result_files(), IsEmpty());
  // The lock went with it.
  EXPECT_TRUE(std::holds_alternative<MachineLock>(MachineLock::try_acquire(folder.path() / "tmp", "the test")));
}

TEST_F(ProgramRun, AMeasuringProcessThatIsKilledIsAnErrorNotAHang) {
  Program program(folder, kShortRun + Arguments{"--duration", "1h", "--events", "ndjson"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  kill(test_support::children_of(program.pid()).at(0), SIGKILL);
  const ProgramResult result = program.finish();
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("died from signal 9"));
}

TEST_F(ProgramRun, RefusesWhileSomebodyElseMeasures) {
  std::filesystem::create_directories(folder.path() / "tmp");
  const auto lock = MachineLock::try_acquire(folder.path() / "tmp", "assay run other");
  ASSERT_TRUE(std::holds_alternative<MachineLock>(lock));
  const ProgramResult result = assay(kShortRun);
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("another measurement runs on this machine (pid "));
  EXPECT_THAT(result.err, HasSubstr("assay run other"));
  EXPECT_THAT(result.out, IsEmpty());
}

TEST_F(ProgramRun, AFolderThatCannotBeMadeIsRefusedBeforeAnythingIsMeasured) {
  const ProgramResult result = assay(kShortRun + Arguments{"--out", "stdout/inside-a-file"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.err, HasSubstr("--out stdout/inside-a-file: "));
  EXPECT_THAT(result.out, IsEmpty());
}

TEST_F(ProgramRun, AClosedStdoutIsAnErrorAndNoFileTakesItsPlace) {
  std::filesystem::create_directories(folder.path() / "tmp");
  const std::string command = "cd '" + folder.path().string() + "' && TMPDIR=tmp XDG_CONFIG_HOME=\"$PWD\" '" +
                              ASSAY_PROGRAM + "' run null --duration 10ms --warmup 1ms >&- 2>err";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 5);
  EXPECT_THAT(test_support::text_of(folder / "err"), HasSubstr("stdout: "));
  EXPECT_THAT(test_support::text_of(folder / "tmp/assay.lock"), StartsWith("pid "));
}

TEST_F(ProgramRun, AnInterruptEndsOfflineWithoutWorkingOffWhatWaits) {
  Program program(folder, {"run", "synthetic", "--law", "constant", "--mean", "10s", "--scenario", "offline", "--rate",
                           "1000", "--duration", "1h", "--warmup", "0ms", "--out", "results", "--events", "ndjson"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  program.signal(SIGTERM);
  program.signal(SIGTERM);  // as timeout(1) does: the process and its group
  EXPECT_EQ(program.finish().exit_code, 130);
}

TEST_F(ProgramRun, AFullDiskUnderStdoutIsAnError) {
  EXPECT_EQ(Program(folder, {"list", "workloads"}, "/dev/full").finish().exit_code, 5);
}

struct BadInput {
  Arguments arguments;
  std::string named;  ///< must appear in the one line
};

/// Without it the test's name would hold the bytes of its strings, addresses and all.
void PrintTo(const BadInput& input, std::ostream* out) {
  for (const std::string& argument : input.arguments) {
    *out << argument << ' ';
  }
}

class BadInputs : public ::testing::TestWithParam<BadInput> {};

TEST_P(BadInputs, GetOneLineThatNamesThePlace) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(folder, GetParam().arguments);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err, StartsWith("assay: "));
  EXPECT_THAT(result.err, HasSubstr(GetParam().named));
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
}

INSTANTIATE_TEST_SUITE_P(
    Program, BadInputs,
    ::testing::Values(
        BadInput{{"rnu"}, "did you mean run?"}, BadInput{{"run"}, "workload"},
        BadInput{{"run", "gem"}, "workload 'gem': there is none of that name"},
        BadInput{{"run", "gemm", "--rat", "3"}, "did you mean --rate?"},
        BadInput{{"run", "gemm", "--duration", "10"}, "--duration: "},
        BadInput{{"run", "gemm", "--scenario", "serve"}, "--scenario: 'serve'"},
        BadInput{{"run", "gemm", "--scenario", "server"}, "--rate: Server needs"},
        BadInput{{"run", "gemm", "--rate", "5"}, "--rate: SingleStream has no rate"},
        BadInput{{"run", "gemm", "--param", "n=0"}, "n"}, BadInput{{"run", "gemm", "--cpus", "3-1"}, "--cpus: '3-1'"},
        BadInput{{"run", "gemm", "--cpus", "100000"}, "100000"},
        BadInput{{"run", "gemm", "--slo", "10ms@p100"}, "--slo: "},
        BadInput{{"run", "gemm", "--fail-on", "p42>1ms"}, "--fail-on: "},
        BadInput{{"run", "gemm", "--fail-on", ""}, "--fail-on: "},
        BadInput{{"run", "gemm", "--repeat", "-1"}, "--repeat: "},
        BadInput{{"run", "gemm", "--threads", "4096"}, "--threads 4096: this machine allows"},
        BadInput{{"run", "gemm", "--events-fd", "99"}, "--events-fd 99"},
        BadInput{{"run", "gemm", "--scenario", "server", "--rate", "0"}, "--rate: "},
        BadInput{{"run", "gemm", "--scenario", "server", "--arrivals", "cameras:8"}, "expected cameras:KxFPS"},
        BadInput{{"run", "gemm", "--scenario", "server", "--arrivals", "cameras:8x30", "--rate", "100"},
                 "--rate 100: cameras:8x30:aligned make 240 a second; leave the rate out"},
        BadInput{{"run", "gemm", "--scenario", "server", "--rate", "9", "--late-frames", "drop"},
                 "--late-frames drop: only a performance run with camera arrivals"},
        BadInput{{"peak", "gemm", "--slo", "10ms", "--cameras", "30:sideways"}, "--cameras 30:sideways: "},
        BadInput{{"peak", "gemm", "--slo", "10ms", "--cameras", "30", "--rate", "9"},
                 "--cameras: the search itself sets --rate"},
        BadInput{{"run", "gemm", "--time-limit", "-1s"}, "--time-limit: "},
        BadInput{{"run", "gemm", "--emulate-envelope", "fridge"},
                 "--emulate-envelope: \"fridge\" is no file and no envelope of that name"},
        BadInput{{"run", "gemm", "--law", "gamma"}, "--law: only workload synthetic"},
        BadInput{{"run", "gemm", "--json", "--events", "ndjson"}, "both want stdout"},
        BadInput{{"run", "gemm", "--progress", "loud"}, "--progress: "}, BadInput{{"peak", "gemm"}, "--slo: "},
        BadInput{{"explain", "p99s"}, "explain 'p99s'"}, BadInput{{"tour", "--roofline", "soon"}, "--roofline 'soon'"},
        BadInput{{"tour", "--roofline", "10ms"}, "or 0s for none"},
        BadInput{{"bench", "--benchmark_format=xml"}, "--benchmark_format=xml: expected"},
        BadInput{{"list", "everything"}, "list 'everything'"}));

}  // namespace
}  // namespace assay
