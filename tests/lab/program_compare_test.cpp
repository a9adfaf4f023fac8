#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/bundle_file.hpp"
#include "analysis/run_file.hpp"
#include "harness/digest.hpp"
#include "tests/analysis/comparison_samples.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Arguments = std::vector<std::string>;

/// The runs of a side as files of a folder, whose name is returned.
std::string written(const ScratchFolder& folder, const std::string& name, const ComparisonSide& side) {
  const std::string path = folder / name;
  std::filesystem::create_directory(path);
  for (std::size_t i = 0; i < side.runs.size(); ++i) {
    write_run_file(path + "/" + std::to_string(i) + ".run.json", side.runs[i]);
  }
  return path;
}

ProgramResult compare(const ScratchFolder& folder, double factor, const Arguments& more = {}) {
  Arguments arguments{"compare", written(folder, "old", five_repeats("A")),
                      written(folder, "new", five_repeats("B", factor))};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_assay(folder, arguments);
}

TEST(ProgramCompare, SaysSameAndEndsWell) {
  const ScratchFolder folder;
  const ProgramResult result = compare(folder, 1.0);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, AllOf(HasSubstr("SAME: P90 latency of B is 1.00"), HasSubstr("A  old: 5 runs on lab3-07")));
}

TEST(ProgramCompare, FailsOnWhatItWasToldTo) {
  const ScratchFolder folder;
  const ProgramResult slower = compare(folder, 1.1, {"--fail-on", "slower:5%,ambiguous"});
  EXPECT_EQ(slower.exit_code, 1);
  EXPECT_THAT(slower.err, HasSubstr("--fail-on slower:5%: mlp"));
  EXPECT_EQ(compare(folder, 1.1, {"--fail-on", "slower:20%"}).exit_code, 0);
  EXPECT_EQ(compare(folder, 0.9, {"--fail-on", "slower"}).exit_code, 0);
  EXPECT_EQ(compare(folder, 1.0, {"--fail-on", "different"}).exit_code, 0);
}

TEST(ProgramCompare, OneRunEachIsAmbiguousWithTheNumberOfRepeats) {
  const ScratchFolder folder;
  const std::string a = written(folder, "a", side_of("A", {1.0})) + "/0.run.json";
  const std::string b = written(folder, "b", side_of("B", {2.0})) + "/0.run.json";
  const ProgramResult result = run_assay(folder, {"compare", a, b, "--fail-on", "slower"});
  EXPECT_EQ(result.exit_code, 0) << "never SLOWER from one run";
  EXPECT_THAT(result.out, AllOf(HasSubstr("AMBIGUOUS"), HasSubstr("needs 5 repeats")));
  EXPECT_EQ(run_assay(folder, {"compare", a, b, "--fail-on", "ambiguous"}).exit_code, 1);
}

TEST(ProgramCompare, NotComparableHasAnExitCodeOfItsOwn) {
  const ScratchFolder folder;
  ComparisonSide other = five_repeats("B");
  for (RunDocument& run : other.runs) {
    run.workload_parameters["width"] = "512";
  }
  other.runs[0].valid = false;
  const ProgramResult result =
      run_assay(folder, {"compare", written(folder, "a", five_repeats("A")), written(folder, "b", other),
                         "--json=c.out", "--fail-on", "different"});
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_THAT(result.out, AllOf(HasSubstr("NOT COMPARABLE"), HasSubstr("workload parameter width: 1024 in A, 512 in B"),
                                HasSubstr("1 of 5 runs of B INVALID")));
  const json comparison = json::parse(test_support::text_of(folder / "c.out"));
  EXPECT_EQ(comparison.at("blocks").at(0).at("verdict"), "not_comparable");
}

TEST(ProgramCompare, AnEditedFileIsNotComparable) {
  const ScratchFolder folder;
  const std::string b = written(folder, "b", five_repeats("B"));
  std::string text = test_support::text_of(b + "/0.run.json");
  text.replace(text.find("2026-11-24"), 10, "2026-11-25");
  std::ofstream(b + "/0.run.json") << text;
  const ProgramResult result = run_assay(folder, {"compare", written(folder, "a", five_repeats("A")), b});
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_THAT(result.out, HasSubstr("1 of 5 runs of B changed after writing"));
}

TEST(ProgramCompare, WritesJsonAndAPage) {
  const ScratchFolder folder;
  const ProgramResult result = compare(folder, 1.1, {"--json=c.out", "--html", "c.html", "--fail-on", "slower"});
  EXPECT_EQ(result.exit_code, 1);
  const json comparison = json::parse(test_support::text_of(folder / "c.out"));
  EXPECT_EQ(comparison.at("schema"), "assay/comparison/1");
  EXPECT_EQ(comparison.at("blocks").at(0).at("verdict"), "slower");
  EXPECT_EQ(comparison.at("fail_on").at("tripped").size(), 1U);
  EXPECT_THAT(comparison.dump(), Not(HasSubstr(folder.path().string()))) << "no path leaves the machine";
  const std::string page = test_support::text_of(folder / "c.html");
  EXPECT_THAT(page, AllOf(HasSubstr("SLOWER"), HasSubstr("<svg"), Not(HasSubstr(folder.path().string()))));
  const ProgramResult to_stdout = compare(folder, 1.0, {"--json"});
  EXPECT_EQ(json::parse(to_stdout.out).at("blocks").at(0).at("verdict"), "same") << "stdout holds nothing else";
}

/// A bundle of these runs.
std::string bundle_of(const ScratchFolder& folder, const std::string& name, const ComparisonSide& side,
                      const SystemLimits& limits = {}) {
  const std::string path = written(folder, name, side);
  BundleRecord record{.id = "01JDEXAMPLE0000000000007F3A", .created = "2026-11-24T03:12:09Z", .suite = "small"};
  record.system = limits.any() ? SystemKind::envelope : SystemKind::measured;
  record.limits = limits;
  for (std::size_t i = 0; i < side.runs.size(); ++i) {
    const std::string file = std::to_string(i) + ".run.json";
    record.entries.push_back({.step = "single",
                              .title = "alone",
                              .kind = "run",
                              .repeat = i + 1,
                              .file = file,
                              .sha256 = sha256_hex(test_support::text_of(path + "/" + file)),
                              .comparability_key = comparability_key(side.runs[i]),
                              .scenario = "single",
                              .command = "assay run mlp",
                              .valid = true});
  }
  record.gaps = {{.step = "server", .reason = "it did not fit"}};
  std::ofstream(path + "/bundle.json") << bundle_json(record);
  return path;
}

TEST(ProgramCompare, ReadsBundlesAndNamesTheirSystems) {
  const ScratchFolder folder;
  const std::string a = bundle_of(folder, "a", five_repeats("A"));
  const std::string b = bundle_of(folder, "b", five_repeats("B", 1.1), {.name = "narrow", .cpus = "0"});
  const ProgramResult result = run_assay(folder, {"compare", a, b + "/bundle.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("SLOWER"), HasSubstr("comparison of systems, no regression verdict"),
                                HasSubstr("narrow (cpus=0) in B")));
  EXPECT_THAT(result.err, HasSubstr("step server gave no result: it did not fit"));
}

TEST(ProgramCompare, AFileOfABundleThatWasReplacedIsNotComparable) {
  const ScratchFolder folder;
  const std::string a = bundle_of(folder, "a", five_repeats("A"));
  const std::string b = bundle_of(folder, "b", five_repeats("B", 1.1));
  write_run_file(b + "/2.run.json", repeat_of(1e-3, "another"));  // whose own hash is right
  const ProgramResult result = run_assay(folder, {"compare", a, b});
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_THAT(result.out, HasSubstr("1 of 5 runs of B changed after writing"));
}

TEST(ProgramCompare, BadInputEndsInOneLineThatNamesThePlace) {
  const ScratchFolder folder;
  const std::string good = written(folder, "good", five_repeats("A"));
  const std::string run = test_support::text_of(good + "/0.run.json");
  std::filesystem::create_directory(folder.path() / "empty");
  std::ofstream(folder / "text.run.json") << "this is no JSON";
  std::ofstream(folder / "cut.run.json") << run.substr(0, run.size() / 2);
  std::ofstream(folder / "other.run.json") << R"({"schema":"assay/roofline/1"})";
  std::ofstream(folder / "deep.run.json") << std::string(5000, '[');
  std::string wrong_type = run;
  wrong_type.replace(wrong_type.find("\"scenario\": {"), 13, "\"scenario\": 7, \"x\": {");
  std::ofstream(folder / "type.run.json") << wrong_type;
  std::filesystem::create_directory(folder.path() / "broken");
  std::ofstream(folder / "broken/bundle.json") << "{}";
  const std::vector<std::pair<std::string, std::string>> cases{{"missing.run.json", "missing.run.json"},
                                                               {"empty", "no result file"},
                                                               {"text.run.json", "text.run.json"},
                                                               {"cut.run.json", "cut.run.json"},
                                                               {"other.run.json", "schema"},
                                                               {"deep.run.json", "deep.run.json"},
                                                               {"type.run.json", "scenario"},
                                                               {"broken", "broken/bundle.json: schema"}};
  for (const auto& [bad, words] : cases) {
    for (const bool first : {true, false}) {
      const std::string path = folder / bad;
      const ProgramResult result = run_assay(folder, {"compare", first ? path : good, first ? good : path});
      EXPECT_EQ(result.exit_code, 5) << bad;
      EXPECT_EQ(result.out, "") << bad;
      EXPECT_THAT(result.err, HasSubstr(words)) << bad;
      EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    }
  }
}

TEST(ProgramCompare, WrongFlagsAreAnErrorOfUsage) {
  const ScratchFolder folder;
  EXPECT_EQ(run_assay(folder, {"compare", "only-one"}).exit_code, 2);
  const auto fails = [&](const Arguments& more, const std::string& words) {
    const ProgramResult result = compare(folder, 1.0, more);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr(words));
  };
  fails({"--margin", "300%"}, "--margin \"300%\": expected a margin above 0 and below 100 %");
  fails({"--fail-on", "slow"}, "--fail-on \"slow\": expected one of slower, faster, different, ambiguous");
  EXPECT_EQ(compare(folder, 1.0, {"--html", "no/such/folder/c.html"}).exit_code, 5);
}

}  // namespace
}  // namespace assay
