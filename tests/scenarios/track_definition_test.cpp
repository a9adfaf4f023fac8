#include "scenarios/track_definition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <stdexcept>

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using ::testing::UnorderedElementsAreArray;

constexpr const char* kTrack = R"(name = "mine"
judge = "edge"
title = "Mine"
persona = "me"
north_star = "fast"
crisis = "none"
claim = "it is fast"
stakeholder = "me"
window = "10ms@p99"
workload = "gemm"
[presets.quick]
run = "1s"
[presets.full]
run = "10s"
[[steps]]
id = "single"
title = "alone"
length = "run"
flags = { scenario = "single" }
)";

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = kTrack;
  text.replace(text.find(from), from.size(), to);
  return text;
}

auto refusal(const std::string& text, const std::string& words) {
  return ::testing::Value([text] { (void)track_from_toml(text, "mine.toml"); },
                          ThrowsMessage<std::runtime_error>(AllOf(HasSubstr("mine.toml"), HasSubstr(words))));
}

TEST(TrackDefinition, ReadsATrack) {
  const TrackDefinition track = track_from_toml(kTrack, "mine.toml");
  EXPECT_EQ(track.name, "mine");
  EXPECT_EQ(track.presets.at("full").at("run"), "10s");
  ASSERT_EQ(track.steps.size(), 1U);
  EXPECT_EQ(track.steps[0].kind, TrackStepDefinition::Kind::run);
  EXPECT_EQ(track.steps[0].flags.at("scenario"), "single");
  EXPECT_FALSE(track.calibration);
}

TEST(TrackDefinition, SaysWhatToMend) {
  EXPECT_TRUE(refusal("name = ", "line 1 is no TOML"));
  EXPECT_TRUE(refusal(replaced("judge = \"edge\"", "judge = \"clouds\""), "one of edge, mobile, tiny, cloud"));
  EXPECT_TRUE(refusal(replaced("claim = \"it is fast\"\n", ""), "the track lacks claim; add a line such as claim = "));
  EXPECT_TRUE(refusal(replaced("title = \"Mine\"", "title = 3"), "line 3: title in the track must be a text"));
  EXPECT_TRUE(refusal(replaced("title = \"Mine\"", "title = \"M\\u001bine\""), "printable ASCII"));
  EXPECT_TRUE(refusal(replaced("crisis =", "crises ="), "lacks crisis"));
  EXPECT_TRUE(refusal(replaced("workload = \"gemm\"", "workload = \"gemm\"\ncolour = \"red\""),
                      "line 11: unknown key colour in the track; known are calibration, claim"));
  EXPECT_TRUE(refusal(replaced("run = \"1s\"", "run = \"soon\""), "run in preset quick: "));
  EXPECT_TRUE(refusal(replaced("run = \"1s\"", "walk = \"1s\""), "preset quick lacks the length run of step single"));
  EXPECT_TRUE(refusal(replaced("[presets.full]", "[presets.fuller]"), "lacks the table presets.full"));
  EXPECT_TRUE(refusal(replaced("id = \"single\"", "id = \"Single Stream\""), "use lower-case letters"));
  EXPECT_TRUE(refusal(replaced("length = \"run\"", "length = \"run\"\nkind = \"jump\""), "none of run, search"));
  EXPECT_TRUE(refusal(replaced("length = \"run\"", "length = \"run\"\nkind = \"search\""), "lacks most"));
  EXPECT_TRUE(refusal(replaced("length = \"run\"", "length = \"run\"\nkind = \"search\"\nmost = 4"),
                      "line 21: no flag of search single has {}"));
  EXPECT_TRUE(refusal(replaced("length = \"run\"", "length = \"run\"\noptional = \"yes\""), "must be true or false"));
  EXPECT_TRUE(refusal(std::string(kTrack) + kTrack, "no TOML"));
  EXPECT_TRUE(refusal(std::string(kMostTrackBytes + 1, '#'), "is longer than"));
  EXPECT_TRUE(refusal("x = " + std::string(200, '['), "too deeply nested"));
}

TEST(TrackDefinition, AnIdIsThereOnce) {
  const std::string step = std::string(kTrack).substr(std::string(kTrack).find("[[steps]]"));
  EXPECT_TRUE(refusal(kTrack + step, "two steps have the id single"));
}

TEST(ShippedTracks, APipeIsNotWaitedFor) {
  const std::string pipe = ::testing::TempDir() + "assay-track-pipe.toml";
  std::filesystem::remove(pipe);
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT([&] { static_cast<void>(find_track(pipe)); },
              ThrowsMessage<std::runtime_error>(HasSubstr("is no regular file")));
  std::filesystem::remove(pipe);
}

TEST(ShippedTracks, AreTheFilesOfTheFolder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(ASSAY_TRACKS)) {
    files.push_back(entry.path().stem().string());
  }
  EXPECT_THAT(shipped_track_names(), UnorderedElementsAreArray(files));
  for (const std::string& name : files) {
    EXPECT_EQ(find_track(name).name, name);
  }
  EXPECT_EQ(find_track(std::string(ASSAY_TRACKS) + "/edge.toml").name, "edge");
  EXPECT_THAT([] { static_cast<void>(find_track("cloudy")); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("\"cloudy\" is no file and no track of that name comes "
                                                             "with the program: cloud, edge, mobile, tiny")));
}

}  // namespace
}  // namespace assay
