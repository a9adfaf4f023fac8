#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/bundle_file.hpp"
#include "tests/analysis/sample_fleet.hpp"
#include "tests/lab/program.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;

using nlohmann::json;
using test_support::ProgramResult;
using test_support::run_assay;
using test_support::ScratchFolder;
using test_support::text_of;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ProgramFleet : public ::testing::Test {
 protected:
  ProgramResult assay(const std::vector<std::string>& arguments) { return run_assay(folder, arguments); }
  void write(const std::vector<BundleRecord>& records) {
    for (const BundleRecord& record : records) {
      write("shared/" + record.identity.label + "/bundle/bundle.json", bundle_json(record));
    }
  }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories(fs::path(folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  ScratchFolder folder;
};

TEST_F(ProgramFleet, IndexWritesAPageAndNamesTheOutlier) {
  write(sample_fleet(24));
  write("shared/broken/bundle.json", "{");
  const ProgramResult result = assay({"index", "shared"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("n17: memory bandwidth, 2 threads 8.9 %"));
  EXPECT_THAT(result.out, HasSubstr("not read: broken: bundle.json: not valid JSON"));
  const std::string page = text_of(folder / "index.html");
  EXPECT_THAT(page, StartsWith("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("below its 22 identical siblings"));
}

TEST_F(ProgramFleet, IndexAsJsonAndAgainFromTheIndex) {
  write(sample_fleet(24));
  const ProgramResult first = assay({"index", "shared", "--json", "-o", "page.html"});
  const ProgramResult second = assay({"index", "shared", "--json", "-o", "page.html"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(json::parse(first.out).at("schema"), "assay/index/1");
  EXPECT_EQ(first.out, second.out);
  EXPECT_TRUE(fs::exists(folder / "cache/assay/index.db"));
}

TEST_F(ProgramFleet, IndexRefusesAFolderWithoutBundles) {
  fs::create_directories(folder / "empty");
  const ProgramResult result = assay({"index", "empty"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.err, "assay: empty: no bundle (bundle.json) in there; assay suite writes them\n");
  EXPECT_EQ(assay({"index", "nowhere"}).exit_code, 5);
  EXPECT_EQ(assay({"index"}).exit_code, 2);
}

TEST_F(ProgramFleet, PlanPrintsAScriptAndStartsNothing) {
  const ProgramResult result =
      assay({"fleet", "plan", "smoke", "--nodes", "n[1-3]", "--via", "slurm", "--out", "shared", "--partition", "lab"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("#!/bin/bash\n"));
  EXPECT_THAT(result.out, HasSubstr("#SBATCH --nodelist=n[1-3]\n"));
  EXPECT_FALSE(fs::exists(folder / "shared"));
}

TEST_F(ProgramFleet, PlanRefusesNonsenseInOneLine) {
  const auto plan = [this](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"fleet", "plan", "smoke", "--out", "shared"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProgramResult result = assay(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.out;
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    return result.err;
  };
  EXPECT_THAT(plan({"--nodes", "n[01-", "--via", "slurm"}), HasSubstr("a bracket is not closed"));
  EXPECT_THAT(plan({"--nodes", "n1", "--via", "telnet"}), HasSubstr("known are slurm, pdsh"));
  EXPECT_THAT(plan({"--nodes", "n1", "--via", "pdsh", "--array"}), HasSubstr("--via slurm"));
  EXPECT_THAT(plan({"--nodes", "n1", "--via", "slurm", "--time", "soon"}), HasSubstr("--time"));
  EXPECT_THAT(plan({"--nodes", "n1", "--via", "slurm", "--partition", "a b"}), HasSubstr("--partition"));
  EXPECT_EQ(assay({"fleet"}).exit_code, 2);
  EXPECT_EQ(assay({"fleet", "plan", "nosuite", "--nodes", "n1", "--via", "slurm", "--out", "x"}).exit_code, 2);
}

TEST_F(ProgramFleet, StatusNamesWhoIsMissing) {
  std::vector<BundleRecord> fleet = sample_fleet(4);
  fleet.pop_back();
  write(fleet);
  const ProgramResult result = assay({"fleet", "status", "shared", "--nodes", "n[01-04]"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.out, "3/4 done, n04 missing\n");
  EXPECT_EQ(assay({"fleet", "status", "shared"}).exit_code, 0);
  const ProgramResult other = assay({"fleet", "status", "shared", "--suite", "smoke", "--json"});
  EXPECT_EQ(json::parse(other.out).at("other_suite").size(), 3U);
}

TEST_F(ProgramFleet, ListMachinesShowsEachOnce) {
  write(sample_fleet(3));
  const ProgramResult result = assay({"list", "machines", "--out", "shared"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("n03"));
  EXPECT_THAT(result.out, HasSubstr("AMD EPYC 7B13"));
  EXPECT_THAT(result.out, Not(HasSubstr("n04")));
}

}  // namespace
}  // namespace assay
