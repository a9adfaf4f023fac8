#include "lab/fleet_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lab/host_list.hpp"
#include "tests/analysis/sample_fleet.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(FleetStatus, NamesTheMissingAndTheInvalid) {
  std::vector<FoundBundle> bundles = found(sample_fleet(10));
  bundles.erase(bundles.begin() + 7);
  const FleetStatus status = fleet_status(bundles, {}, expand_hosts("n[01-10]"), "");
  EXPECT_EQ(fleet_status_text(status, Charset::utf8),
            "9/10 done, n08 missing, n05 INVALID (single (background_load))\n");
  EXPECT_EQ(exit_code_of(status), ExitCode::file);
  const auto json = nlohmann::json::parse(fleet_status_json(status));
  EXPECT_EQ(json["missing"], 1);
  EXPECT_EQ(json["valid"], 8);
  EXPECT_EQ(json["nodes"][7]["state"], "missing");
}

TEST(FleetStatus, ExitCodeSaysTheWorst) {
  std::vector<FoundBundle> bundles = found(sample_fleet(4));
  EXPECT_EQ(exit_code_of(fleet_status(bundles, {}, expand_hosts("n[01-04]"), "")), ExitCode::ok);
  EXPECT_EQ(exit_code_of(fleet_status(bundles, {{.place = "x", .reason = "x"}}, {}, "")), ExitCode::file);
  bundles = found(sample_fleet(5));
  EXPECT_EQ(exit_code_of(fleet_status(bundles, {}, {}, "")), ExitCode::run_invalid);
  EXPECT_EQ(fleet_status_text(fleet_status(bundles, {}, {}, ""), Charset::utf8),
            "5 done, n05 INVALID (single (background_load))\n");
}

TEST(FleetStatus, ALaterBundleOfANodeReplacesAnEarlierOne) {
  BundleRecord bad = sample_fleet(5).back();
  BundleRecord good = sample_bundle(9, "n05");
  good.supersedes = bad.id;
  const FleetStatus status = fleet_status(found({good, bad}), {}, {}, "");
  ASSERT_EQ(status.nodes.size(), 1U);
  EXPECT_EQ(status.nodes[0].state, NodeState::valid);
}

TEST(FleetStatus, CountsOnlyTheSuiteAskedFor) {
  std::vector<BundleRecord> fleet = sample_fleet(3);
  fleet[1].suite_sha256 = "another";
  const FleetStatus status = fleet_status(found(fleet), {}, expand_hosts("n[01-02]"), fleet[0].suite_sha256);
  EXPECT_EQ(fleet_status_text(status, Charset::utf8),
            "1/2 done, n02 missing\nonly of another suite: n02\nnot asked for: n03\n");
}

TEST(FleetStatus, NamesADozenAndCountsTheRest) {
  const FleetStatus status = fleet_status({}, {}, expand_hosts("n[01-20]"), "");
  EXPECT_THAT(fleet_status_text(status, Charset::utf8), HasSubstr("0/20 done, n01, n02, "));
  EXPECT_THAT(fleet_status_text(status, Charset::utf8), HasSubstr("n12 and 8 more missing\n"));
}

TEST(FleetStatus, TextsOfFilesCannotDriveATerminal) {
  BundleRecord record = sample_bundle(1, "n\x1b[2J\n");
  const std::string text = fleet_status_text(
      fleet_status(found({record}), {{.place = "\x1b[31m", .reason = "a\nb"}}, {}, ""), Charset::utf8);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace assay
