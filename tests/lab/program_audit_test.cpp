#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/analysis/sample_runs.hpp"
#include "tests/analysis/sample_systems.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using test_support::text_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string bundle(const ScratchFolder& folder, const SampleSystem& system, const std::string& name) {
  return write_sample_bundle(system, folder / name).string();
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

TEST(ProgramAudit, TheHigherPeakLosesAndTwiceIsRefuted) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(
      folder, {"audit", bundle(folder, tall_system(), "a"), bundle(folder, wide_system(), "b"), "--svg", "roofs.svg"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("is REFUTED"), HasSubstr("fairness 5 of 5"), HasSubstr("Against A"),
                                HasSubstr("tie at 5.0"), HasSubstr("dominated by B")));
  EXPECT_THAT(result.err, HasSubstr("page in audit.html"));
  const std::string page = text_of(folder / "audit.html");
  EXPECT_LT(page.size(), 150'000U);
  EXPECT_THAT(page, AllOf(HasSubstr("REFUTED"), Not(HasSubstr("<script"))));
  EXPECT_THAT(text_of(folder / "roofs.svg"), HasSubstr("<svg"));
}

TEST(ProgramAudit, AWithheldVerdictEndsWithSix) {
  const ScratchFolder folder;
  SampleSystem wide = wide_system();
  wide.warm_up_s = 2.0;
  const ProgramResult result = run_assay(
      folder, {"audit", bundle(folder, tall_system(), "a"), bundle(folder, wide, "b"), "--json", "--html", ""});
  EXPECT_EQ(result.exit_code, 6);
  const json file = json::parse(result.out);
  EXPECT_EQ(file["schema"], "assay/audit/1");
  EXPECT_EQ(file["withheld"], "withheld, because warm-up differed: 500 ms against 2.00 s");
  EXPECT_EQ(file["claim"]["outcome"], "withheld");
  EXPECT_FALSE(std::filesystem::exists(folder / "audit.html"));
}

TEST(ProgramAudit, DatasheetsProjectAndDecideNothing) {
  const ScratchFolder folder;
  const ProgramResult result = run_assay(
      folder, {"audit", "datasheet:h100-sxm", "datasheet:h200", "--dtype", "f16", "--intensity", "1", "--html", "-"});
  EXPECT_EQ(result.exit_code, 6);
  EXPECT_THAT(result.out, AllOf(HasSubstr("projected"), HasSubstr("stated"), HasSubstr("nothing was measured")));
  const ProgramResult list = run_assay(folder, {"list", "datasheets"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_THAT(list.out,
              AllOf(HasSubstr("h100-sxm"), HasSubstr("datasheet, not measured"), HasSubstr("announced 2022-03")));
}

TEST(ProgramAudit, WhatAPersonTypedWrongEndsWithTwo) {
  const ScratchFolder folder;
  const std::string a = bundle(folder, tall_system(), "a");
  const std::string b = bundle(folder, wide_system(), "b");
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"audit", a},
                                             {"audit", a, a},
                                             {"audit", a, b, "--claim", "twice"},
                                             {"audit", a, b, "--axes", "speed"},
                                             {"audit", a, b, "--price", "C=5"},
                                             {"audit", a, b, "--price", "A=-5"},
                                             {"audit", a, b, "--watts", "65"},
                                             {"audit", a, b, "--intensity", "-1"},
                                             {"audit", a, "datasheet:h1000"},
                                             {"audit", a, b, "--json", "--html", "-"}}) {
    const ProgramResult result = run_assay(folder, arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments.back();
    EXPECT_THAT(result.err, ::testing::StartsWith("assay: ")) << arguments.back();
  }
}

TEST(ProgramAudit, GivenPricesAreLabelled) {
  const ScratchFolder folder;
  const ProgramResult result =
      run_assay(folder, {"audit", bundle(folder, tall_system(), "a"), bundle(folder, wide_system(), "b"), "--price",
                         "A=1200", "--price", "B=900", "--watts", "A=65"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("1200 $ (given)"), HasSubstr("900 $ (given)"), HasSubstr("65.0 W (given)")));
}

TEST(ProgramAudit, BrokenBundlesEndWithFiveInOneLine) {
  const ScratchFolder folder;
  const std::string good = bundle(folder, tall_system(), "a");
  const std::string bad = bundle(folder, wide_system(), "b");
  const std::string whole = text_of(bad + "/bundle.json");
  std::string nan = whole;
  replace_all(nan, "\"duration_s\": 0", "\"duration_s\": NaN");
  std::string wrong_type = whole;
  replace_all(wrong_type, "\"complete\": true", "\"complete\": \"yes\"");
  std::string leaves = whole;
  replace_all(leaves, "runs/offline-1.run.json", "../a/bundle.json");
  for (const std::string& text :
       {whole.substr(0, whole.size() / 2), nan, wrong_type, leaves, std::string(2000, '['), std::string(),
        std::string("{\"schema\":\"assay/bundle/2\"}"), "\"" + std::string((17U << 20U), 'x') + "\""}) {
    std::ofstream(bad + "/bundle.json", std::ios::binary) << text;
    const ProgramResult result = run_assay(folder, {"audit", good, bad});
    EXPECT_EQ(result.exit_code, 5) << text.substr(0, 80);
    EXPECT_THAT(result.err, HasSubstr("bundle.json"));
    EXPECT_LT(result.err.size(), 1000U);
  }
  // A hundred megabytes that are not there take no time to refuse.
  std::filesystem::resize_file(bad + "/bundle.json", 100U << 20U);
  EXPECT_EQ(run_assay(folder, {"audit", good, bad}).exit_code, 5);
  EXPECT_EQ(run_assay(folder, {"audit", good, folder / "nowhere"}).exit_code, 5);
}

TEST(ProgramAudit, AnEditedResultTripsAGuardrail) {
  const ScratchFolder folder;
  const std::string a = bundle(folder, tall_system(), "a");
  const std::string b = bundle(folder, wide_system(), "b");
  std::string run = text_of(b + "/runs/offline-1.run.json");
  replace_all(run, "8000", "9999");
  std::ofstream(b + "/runs/offline-1.run.json", std::ios::binary) << run;
  const ProgramResult edited = run_assay(folder, {"audit", a, b});
  EXPECT_EQ(edited.exit_code, 6);
  EXPECT_THAT(edited.out, HasSubstr("a guardrail of B tripped"));
  EXPECT_THAT(edited.err, HasSubstr("changed since the bundle was written"));
  std::filesystem::resize_file(b + "/runs/offline-1.run.json", 700);
  EXPECT_EQ(run_assay(folder, {"audit", a, b}).exit_code, 6);
}

TEST(ProgramAudit, HostileLabelsReachNeitherTerminalNorPage) {
  const ScratchFolder folder;
  SampleSystem hostile = wide_system();
  hostile.label = "\x1b[2J" + kHostileLabel;
  hostile.limits = {.name = kHostileLabel, .simd = kHostileLabel};
  const ProgramResult result =
      run_assay(folder, {"audit", bundle(folder, tall_system(), "a"), bundle(folder, hostile, "b")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(result.err, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text_of(folder / "audit.html"), AllOf(Not(HasSubstr("<img")), Not(HasSubstr("</script"))));
}

}  // namespace
}  // namespace assay
