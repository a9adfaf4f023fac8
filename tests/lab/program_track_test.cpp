#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/digest.hpp"
#include "harness/steady_clock.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Arguments = std::vector<std::string>;

/// A track of two short runs of a small kernel that is not in the program itself.
std::string small_track(const ScratchFolder& folder, const std::string& second = "60ms") {
  const std::string file = folder / "small.toml";
  std::ofstream(file) << R"(name = "small"
judge = "edge"
title = "Small"
persona = "tester"
north_star = "an answer"
crisis = "none"
claim = "it is fast"
stakeholder = "Tester"
window = "100ms@p99"
workload = "gemm"
parameters = ["n=32"]
presets.quick = { run = "60ms", second = ")"
                      << second << R"(" }
presets.full = { run = "1s", second = "1s" }
[[steps]]
id = "single"
title = "alone"
length = "run"
flags = { scenario = "single", warmup = "5ms", min-queries = "20" }
[[steps]]
id = "aligned"
title = "in time"
length = "second"
flags = { scenario = "server", rate = "500", arrivals = "constant", warmup = "5ms", min-queries = "20" }
[[steps]]
id = "odd"
title = "with a flag that is none"
length = "run"
optional = true
flags = { cameras = "8" }
)";
  return file;
}

TEST(ProgramTrack, LeavesABundleWhoseFilesAreNamedByTheirDigests) {
  const ScratchFolder folder;
  const ProgramResult result =
      run_assay(folder, {"track", small_track(folder), "--out", "results", "--json=track.out"});
  EXPECT_THAT(result.exit_code, AnyOf(0, 3)) << result.err;  // a busy machine may make a run INVALID
  EXPECT_THAT(result.out, AllOf(HasSubstr("to the Tester: "), HasSubstr("left out  with a flag that is none")));
  EXPECT_THAT(result.err, AllOf(HasSubstr("[1] alone; about"), HasSubstr("[2] in time")));
  const json track = json::parse(test_support::text_of(folder / "track.out"));
  EXPECT_EQ(track.at("schema"), "assay/track/1");
  EXPECT_EQ(track.at("complete"), true);
  EXPECT_EQ(track.at("choice").at("mode"), "given");
  ASSERT_EQ(track.at("runs").size(), 2U);
  std::string bundle;
  for (const std::string& file : folder.files()) {
    if (file.ends_with("/track.json")) {
      bundle = file.substr(0, file.size() - std::string("track.json").size());
    }
  }
  EXPECT_EQ(test_support::text_of(folder / (bundle + "track.json")), test_support::text_of(folder / "track.out"));
  for (const json& run : track.at("runs")) {
    const std::string text = test_support::text_of(folder / (bundle + run.at("file").get<std::string>()));
    EXPECT_EQ(sha256_hex(text), run.at("sha256").get<std::string>());
  }
  const std::string page = test_support::text_of(folder / (bundle + track.at("page").get<std::string>()));
  EXPECT_THAT(page, AllOf(HasSubstr("Claimed against found"), HasSubstr("To the Tester"), HasSubstr("crisis-bar")));
  EXPECT_THAT(track.dump(), Not(HasSubstr(folder.path().string())));
}

/// Waits until a file of that ending lies somewhere in the folder; empty after a minute.
std::string wait_for_file(const ScratchFolder& folder, const std::string& ending) {
  SteadyClock clock;
  const Instant end = clock.now() + std::chrono::minutes{1};
  while (clock.now() < end) {
    for (const std::string& file : folder.files()) {
      if (file.ends_with(ending)) {
        return file;
      }
    }
    clock.wait_until(clock.now() + std::chrono::milliseconds{5});
  }
  return "";
}

TEST(ProgramTrack, WhatWasMeasuredBeforeAnInterruptIsKept) {
  const ScratchFolder folder;
  test_support::Program program(folder, {"track", small_track(folder, "1h"), "--out", "results"});
  ASSERT_NE(wait_for_file(folder, ".run.json"), "");  // of the first step, and the second takes an hour
  program.signal(SIGINT);
  const ProgramResult result = program.finish();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  const json track = json::parse(test_support::text_of(folder / wait_for_file(folder, "track.json")));
  EXPECT_EQ(track.at("interrupted"), true);
  EXPECT_EQ(track.at("complete"), false);
  EXPECT_EQ(track.at("findings").at("outcome"), "open");
  EXPECT_EQ(track.at("runs").at(0).at("interrupted"), false);
}

TEST(ProgramTrack, AnOptionalStepThatFailsIsLeftOutAndTheOthersGoOn) {
  const ScratchFolder folder;
  const std::string file = small_track(folder);
  std::string text = test_support::text_of(file);
  const std::string failing = R"([[steps]]
id = "fails"
title = "a program that fails"
length = "run"
workload = "cmd:/bin/false"
optional = true
flags = { scenario = "single" }
)";
  text.insert(text.find("[[steps]]"), failing);
  std::ofstream(file) << text;
  const ProgramResult result = run_assay(folder, {"track", file, "--out", "results", "--json=track.out"});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  const json track = json::parse(test_support::text_of(folder / "track.out"));
  EXPECT_EQ(track.at("complete"), true);
  EXPECT_EQ(track.at("runs").size(), 2U);
  EXPECT_THAT(track.at("left_out").dump(), HasSubstr("a program that fails: failed: "));
}

TEST(ProgramTrack, SaysWhatIsWrongBeforeAnythingIsMeasured) {
  const ScratchFolder folder;
  const auto fails = [&](const Arguments& arguments, int code, const std::string& words) {
    const ProgramResult result = run_assay(folder, arguments);
    EXPECT_EQ(result.exit_code, code);
    EXPECT_THAT(result.err, HasSubstr(words));
  };
  fails({"track", "cloudy"}, 2, "no track of that name comes with the program: cloud, edge, mobile, tiny");
  fails({"track", small_track(folder), "--preset", "0.5"}, 2, "has no sizes to choose from");
  fails({"track", small_track(folder), "--quick", "--full"}, 2, "--full");
  std::ofstream(folder / "broken.toml") << "name = 3\n";
  fails({"track", folder / "broken.toml"}, 5, "broken.toml, line 1");
}

TEST(ProgramTrack, TheTracksAreListed) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(folder, {"list", "tracks"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr("edge"), HasSubstr("mobile"), HasSubstr("tiny"), HasSubstr("Safety Lead")));
}

TEST(ProgramCustom, ALibraryThatIsMissingIsAFileError) {
  const ScratchFolder folder;
  const ProgramResult missing = run_assay(folder, {"run", "lib:./none.so"});
  EXPECT_EQ(missing.exit_code, 5);
  EXPECT_THAT(missing.err, HasSubstr("no such file"));
  EXPECT_EQ(run_assay(folder, {"run", "cmd:"}).exit_code, 2);
}

}  // namespace
}  // namespace assay
