#include "analysis/compliance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace assay {
namespace {

using ::testing::HasSubstr;

RunDocument run_of(double service_s) {
  RunDocument run;
  run.output_check = "ok 1.0e-06 (bound 1e-05), 256 responses";
  run.service_time.percentiles_s["p50"] = {.point = service_s};
  return run;
}

std::vector<RunDocument> runs_of(std::initializer_list<double> times) {
  std::vector<RunDocument> runs;
  for (const double time : times) {
    runs.push_back(run_of(time));
  }
  return runs;
}

/// Honest: a millisecond whatever is asked.
ComplianceRuns honest() {
  const auto runs = runs_of({1.00e-3, 1.01e-3, 0.99e-3, 1.00e-3});
  return {.reference = runs, .same_sample = runs, .other_seeds = runs, .first_time = runs};
}

ComplianceVerdict verdict_of(const ComplianceRuns& runs, std::string_view id) {
  for (const ComplianceTest& test : judge_compliance(runs)) {
    if (test.id == id) {
      return test.verdict;
    }
  }
  throw std::out_of_range("no such test");
}

TEST(Compliance, HonestWorkPasses) { EXPECT_EQ(overall(judge_compliance(honest())), ComplianceVerdict::passed); }

TEST(Compliance, AFasterSameSampleIsInvalid) {
  ComplianceRuns runs = honest();
  runs.same_sample = runs_of({0.5e-3, 0.51e-3, 0.5e-3, 0.49e-3});
  EXPECT_EQ(verdict_of(runs, "same_sample"), ComplianceVerdict::invalid);
  EXPECT_EQ(overall(judge_compliance(runs)), ComplianceVerdict::invalid);
  runs.same_sample = runs_of({1.5e-3, 1.51e-3, 1.5e-3, 1.49e-3});
  EXPECT_EQ(verdict_of(runs, "same_sample"), ComplianceVerdict::passed) << "slower is no remembered answer";
}

// LoadGen's own script compares queries per second with nanoseconds and so always allows 20 % (mlcommons/inference,
// compliance/TEST04).
TEST(Compliance, TheToleranceGoesByTheServiceTimeInSeconds) {
  EXPECT_EQ(compliance_tolerance(200e-6), 0.2);
  EXPECT_EQ(compliance_tolerance(201e-6), 0.1);
  ComplianceRuns runs = honest();
  runs.same_sample = runs_of({0.87e-3, 0.871e-3, 0.869e-3, 0.87e-3});  // 15 % faster
  EXPECT_EQ(verdict_of(runs, "same_sample"), ComplianceVerdict::invalid) << "of a millisecond: 10 % are allowed";
  ComplianceRuns quick;
  quick.reference = quick.other_seeds = quick.first_time = runs_of({100e-6, 101e-6, 99e-6, 100e-6});
  quick.same_sample = runs_of({87e-6, 87.1e-6, 86.9e-6, 87e-6});
  EXPECT_EQ(verdict_of(quick, "same_sample"), ComplianceVerdict::passed) << "of 100 us: 20 % are allowed";
}

TEST(Compliance, OtherSeedsMayNotChangeTheTime) {
  ComplianceRuns runs = honest();
  runs.other_seeds = runs_of({2e-3, 2.01e-3, 1.99e-3, 2e-3});
  EXPECT_EQ(verdict_of(runs, "other_seeds"), ComplianceVerdict::invalid);
}

TEST(Compliance, ColdCachesAreNoRememberedDataSet) {
  ComplianceRuns runs = honest();
  runs.first_time = runs_of({1.8e-3, 1.81e-3, 1.79e-3, 1.8e-3});
  EXPECT_EQ(verdict_of(runs, "first_time"), ComplianceVerdict::passed);
  runs.first_time = runs_of({2.2e-3, 2.21e-3, 2.19e-3, 2.2e-3});
  EXPECT_EQ(verdict_of(runs, "first_time"), ComplianceVerdict::invalid);
}

TEST(Compliance, AWrongAnswerInAnyRunIsInvalid) {
  ComplianceRuns runs = honest();
  runs.other_seeds[1].output_check = "sample 3, probe 0: 1 found, 2 expected";
  runs.other_seeds[1].invalid_reasons = {{.code = "output_check", .message = {}, .remedy = {}}};
  const auto tests = judge_compliance(runs);
  EXPECT_EQ(tests.front().verdict, ComplianceVerdict::invalid);
  EXPECT_THAT(compliance_text("mine", tests), HasSubstr("sample 3, probe 0"));
}

TEST(Compliance, WhatIsNotCheckedOrNotToldIsNotPassed) {
  ComplianceRuns runs = honest();
  runs.reference[0].output_check = "none: the workload gives no reference";
  EXPECT_EQ(verdict_of(runs, "answers"), ComplianceVerdict::undecided);
  EXPECT_EQ(overall(judge_compliance(runs)), ComplianceVerdict::undecided);
  runs = honest();
  runs.same_sample = runs_of({0.5e-3, 2e-3, 1e-3, 0.7e-3});
  EXPECT_EQ(verdict_of(runs, "same_sample"), ComplianceVerdict::undecided);
  EXPECT_EQ(overall({}), ComplianceVerdict::undecided);
  EXPECT_THROW((void)judge_compliance({}), std::invalid_argument);
}

TEST(Compliance, TheJsonHoldsEveryTest) {
  const auto json = nlohmann::json::parse(compliance_json("mine", judge_compliance(honest())));
  EXPECT_EQ(json.at("schema"), "assay/compliance/1");
  EXPECT_EQ(json.at("verdict"), "PASS");
  ASSERT_EQ(json.at("tests").size(), 4U);
  EXPECT_EQ(json.at("tests").at(1).at("ratio").at("confidence"), 0.95);
}

}  // namespace
}  // namespace assay
