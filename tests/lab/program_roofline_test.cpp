// `assay roofline`, end to end: what it prints, writes and refuses. No figure is compared with another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/roofline_file.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

/// The one file below `folder` whose name ends in `end`; empty if there is none.
std::filesystem::path file_below(const std::filesystem::path& folder, const std::string& end) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().string().ends_with(end)) {
      return entry.path();
    }
  }
  return {};
}

TEST(ProgramRoofline, MeasuresWritesAndFitsAgain) {
  const test_support::ScratchFolder folder;
  const test_support::ProgramResult outcome = test_support::run_assay(
      folder, {"roofline", "--only", "compute", "--duration", "1s", "--out", folder / "results", "--json"});
  // A busy machine may leave too few clean samples: the file is there all the same.
  ASSERT_THAT(outcome.exit_code, ::testing::AnyOf(0, 3)) << outcome.err;
  const json file = json::parse(outcome.out);
  EXPECT_EQ(file.at("schema"), "assay/roofline/1");
  const auto path = file_below(folder.path() / "results", ".roofline.json");
  ASSERT_FALSE(path.empty());
  const RooflineMeasurement measurement = read_roofline_file(path);
  EXPECT_TRUE(measurement.hash_matches);
  EXPECT_GE(measurement.rounds.size(), 5U);
  for (const RooflineSubject& subject : measurement.subjects) {
    EXPECT_TRUE(!subject.samples.empty() || !subject.unavailable.empty()) << subject.id;
    EXPECT_THAT(subject.output_check, ::testing::AnyOf("", ::testing::StartsWith("ok"))) << subject.id;
  }
  const test_support::ProgramResult again =
      test_support::run_assay(folder, {"roofline", "--from", path.string(), "--csv", folder / "again.csv"});
  EXPECT_THAT(again.out, HasSubstr("Roofline of"));
  EXPECT_TRUE(std::filesystem::exists(folder / "again.csv"));
}

TEST(ProgramRoofline, RefusesWhatItCannotMeasureBeforeItMeasures) {
  const test_support::ScratchFolder folder;
  const test_support::ProgramResult bad =
      test_support::run_assay(folder, {"roofline", "--duration", "soon", "--only", "heat"});
  EXPECT_EQ(bad.exit_code, 2);
  EXPECT_THAT(bad.err, HasSubstr("--duration 'soon'"));
  EXPECT_THAT(bad.err, HasSubstr("--only 'heat'"));
  const test_support::ProgramResult nowhere =
      test_support::run_assay(folder, {"roofline", "--svg", "nowhere/chart.svg"});
  EXPECT_EQ(nowhere.exit_code, 5);
  EXPECT_THAT(nowhere.err, HasSubstr("--svg=nowhere/chart.svg"));
  const test_support::ProgramResult absent = test_support::run_assay(folder, {"roofline", "--from", "nowhere.json"});
  EXPECT_EQ(absent.exit_code, 5);
  EXPECT_THAT(absent.err, HasSubstr("nowhere.json"));
  const test_support::ProgramResult cpus = test_support::run_assay(folder, {"roofline", "--cpus", "99999"});
  EXPECT_EQ(cpus.exit_code, 2);
  EXPECT_THAT(cpus.err, HasSubstr("99999"));
}

}  // namespace
}  // namespace assay
