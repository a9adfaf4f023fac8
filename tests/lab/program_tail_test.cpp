#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::children_of;
using test_support::Program;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using Arguments = std::vector<std::string>;

/// Half a second of SingleStream on real work.
Arguments with_load(const Arguments& load) {
  Arguments arguments{"run",        "gemm",  "--param",       "n=32", "--warmup", "10ms",
                      "--duration", "300ms", "--min-queries", "20",   "--out",    "results"};
  arguments.insert(arguments.end(), load.begin(), load.end());
  return arguments;
}

TEST(ProgramTail, ARunWithInjectedLoadShowsWhatWasAskedAndDelivered) {
  const ScratchFolder folder;
  const ProgramResult result =
      run_assay(folder, with_load({"--noise", "50x100us", "--background", "10%", "--ctxsw", "200", "--json"}));
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  const json run = json::parse(result.out);
  const json& doses = run.at("interference").at("doses");
  ASSERT_THAT(doses, SizeIs(3));
  EXPECT_EQ(doses[0].at("knob"), "noise");
  EXPECT_EQ(doses[1].at("knob"), "background");
  EXPECT_EQ(doses[2].at("knob"), "ctxsw");
  for (const json& dose : doses) {
    EXPECT_TRUE(dose.at("achieved").is_number()) << dose;
    EXPECT_TRUE(dose.at("achieved_alone").is_number()) << dose;
    EXPECT_EQ(dose.at("cpus"), run.at("placement").at("worker_cpus"));
    EXPECT_EQ(dose.at("source"), "own");
  }
  const bool delivered =
      std::all_of(doses.begin(), doses.end(), [](const json& d) { return d.at("delivered") == true; });
  EXPECT_TRUE(delivered || result.exit_code == 3);
}

TEST(ProgramTail, TheSummaryNamesDoseFormulaAndCauses) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(folder, with_load({"--noise", "50x100us", "--slo", "10ms@p99"}));
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;
  EXPECT_THAT(result.out, HasSubstr("injected noise: 50 bursts/s of 100 µs asked, "));
  EXPECT_THAT(result.out, HasSubstr("formula "));
  EXPECT_THAT(result.out, HasSubstr("fleet "));
}

TEST(ProgramTail, LoadThatMakesNoSenseIsRefusedBeforeAnythingRuns) {
  const ScratchFolder folder;
  for (const auto& [load, message] : std::vector<std::pair<Arguments, std::string>>{
           {{"--background", "95%"}, "--background 95%"},
           {{"--noise", "80x1s"}, "--noise: a burst must last from 10us to 100ms"},
           {{"--noise", "loud"}, "--noise: 'loud': expected bursts a second"},
           {{"--ctxsw", "-5"}, "--ctxsw"},
           {{"--membw", "4"}, "--membw"},
           {{"--background", "10%", "--inject-on", "4000"}, "may not use CPU 4000"},
           {{"--with", "stress-ng"}, "nothing is to be injected"}}) {
    const ProgramResult result = run_assay(folder, with_load(load));
    EXPECT_EQ(result.exit_code, 2) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
  }
}

TEST(ProgramTail, SearchesAThresholdAndKeepsEveryRun) {
  const ScratchFolder folder;
  const ProgramResult result =
      run_assay(folder, {"tail", "gemm", "--param", "n=32", "--slo", "200us@p99", "--warmup", "10ms", "--duration",
                         "200ms", "--min-queries", "20", "--most-runs", "3", "--out", "results", "--json"});
  SCOPED_TRACE(result.err);
  EXPECT_THAT(result.exit_code, AnyOf(0, 3));
  const json tail = json::parse(result.out);
  EXPECT_EQ(tail.at("schema"), "assay/tail/1");
  EXPECT_EQ(tail.at("knob"), "noise");
  EXPECT_FALSE(tail.at("levels").empty());
  EXPECT_LE(tail.at("levels").size(), 3U);
  EXPECT_EQ(tail.at("levels")[0].at("requested"), 0.0);
  std::size_t runs = 0;
  for (const std::string& file : folder.files()) {
    runs += file.ends_with(".run.json") ? 1U : 0U;
  }
  EXPECT_EQ(runs, tail.at("levels").size());
}

TEST(ProgramTail, SaysWhatASearchNeeds) {
  const ScratchFolder folder;
  for (const auto& [arguments, message] : std::vector<std::pair<Arguments, std::string>>{
           {{"tail"}, "name a workload"},
           {{"tail", "gemm"}, "--slo: a threshold is"},
           {{"tail", "gemm", "--slo", "1ms", "--knob", "loudness"}, "--knob: 'loudness' is none of"},
           {{"tail", "gemm", "--slo", "1ms", "--scenario", "offline"}, "Offline has no tail"},
           {{"tail", "gemm", "--slo", "1ms", "--most-runs", "11"}, "--most-runs 11: the rule allows 3 to 10"},
           {{"tail", "gemm", "--slo", "1ms", "--highest", "1M"}, "--highest 1M"}}) {
    const ProgramResult result = run_assay(folder, arguments);
    EXPECT_EQ(result.exit_code, 2) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
  }
}

TEST(ProgramTail, ListsTheKnobsOfThisMachine) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(folder, {"tail", "--list", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json knobs = json::parse(result.out).at("knobs");
  EXPECT_GE(knobs.size(), 7U);
  for (const json& knob : knobs) {
    EXPECT_FALSE(knob.at("text").get<std::string>().empty());
    EXPECT_EQ(knob.at("available").get<bool>(), knob.at("flag").is_string());
  }
}

/// Every process below `process`, however deep.
void collect_below(pid_t process, std::vector<pid_t>& found) {
  for (const pid_t child : children_of(process)) {
    found.push_back(child);
    collect_below(child, found);
  }
}

// The front end is killed as nothing can be caught: the measuring process and its injectors go with it, and the
// machine is free for the next measurement.
TEST(ProgramTail, KillLeavesNoProcessAndNoLock) {
  const ScratchFolder folder;
  std::vector<pid_t> below;
  {
    Program program(folder, {"run", "gemm", "--param", "n=32", "--warmup", "10ms", "--duration", "60s", "--background",
                             "10%", "--ctxsw", "100", "--events", "ndjson", "--out", "results"});
    ASSERT_TRUE(program.wait_for_output("\"measure\""));
    collect_below(program.pid(), below);
    EXPECT_GE(below.size(), 3U);  // the measuring process, and an injector of each knob
    program.signal(SIGKILL);
    EXPECT_EQ(program.finish().exit_code, 128 + SIGKILL);
  }
  for (const pid_t process : below) {
    EXPECT_TRUE(test_support::wait_until_gone(process)) << process;
  }
  EXPECT_EQ(run_assay(folder, with_load({})).exit_code % 3, 0);  // VALID or INVALID, not refused
}

TEST(ProgramTail, AnInterruptKeepsWhatTheInjectedRunMeasured) {
  const ScratchFolder folder;
  std::vector<pid_t> below;
  Program program(folder, {"run", "gemm", "--param", "n=32", "--warmup", "10ms", "--duration", "60s", "--background",
                           "10%", "--events", "ndjson", "--out", "results"});
  ASSERT_TRUE(program.wait_for_output("\"measure\""));
  collect_below(program.pid(), below);
  program.signal(SIGINT);
  const ProgramResult result = program.finish();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.out, HasSubstr("\"interrupted\":true"));
  for (const pid_t process : below) {
    EXPECT_TRUE(test_support::wait_until_gone(process)) << process;
  }
}

}  // namespace
}  // namespace assay
