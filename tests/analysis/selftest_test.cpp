#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/result_file.hpp"
#include "analysis/selftest_json.hpp"
#include "analysis/selftest_judgement.hpp"
#include "analysis/selftest_text.hpp"
#include "tests/analysis/json_damage.hpp"
#include "tests/analysis/json_schema.hpp"
#include "tests/analysis/sample_selftests.hpp"

namespace assay {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A run at a truth of 1 ms with this interval.
KnownRun run_with(double lower, double upper) {
  KnownRun run{.truth_s = 1e-3};
  run.published = {.point = 1e-3, .lower = lower, .upper = upper, .confidence = 0.95};
  run.strict = run.published;
  return run;
}

const KnownRun kRight = run_with(0.95e-3, 1.05e-3);
const KnownRun kWrong = run_with(1.1e-3, 1.2e-3);

SelftestCheck judged(std::size_t right, std::size_t wrong, std::size_t disturbed = 0) {
  std::vector<KnownRun> runs(right, kRight);
  runs.insert(runs.end(), wrong, kWrong);
  KnownRun moved = kRight;
  moved.shift_s = 1e-3;
  runs.insert(runs.begin(), disturbed, moved);
  SelftestCheck check{.id = "x", .truth = 1e-3};
  judge_known_runs(check, runs, 20, "others took 0 %");
  return check;
}

// P(Bin(20, 0.999) <= 18) = 1.9e-4; P(Bin(20, 0.93) <= 13) = 2.8e-4.
TEST(SelftestJudgement, NineteenOfTwentyAndFourteenOfTwenty) {
  EXPECT_EQ(fewest_inside(20, 0.999), 19U);
  EXPECT_EQ(fewest_inside(20, 0.93), 14U);
  EXPECT_EQ(fewest_inside(1, 0.999), 0U) << "one run cannot show it";
  EXPECT_EQ(most_alarms(14, 0.05), 4U) << "P(Bin(14, 0.05) > 4) = 4.3e-4";
}

TEST(SelftestJudgement, RightRunsPassAndWrongOnesFail) {
  EXPECT_EQ(judged(20, 0).verdict, SelftestVerdict::pass);
  EXPECT_EQ(judged(19, 1).verdict, SelftestVerdict::pass);
  EXPECT_EQ(judged(18, 2).verdict, SelftestVerdict::fail);
  EXPECT_EQ(judged(0, 20).verdict, SelftestVerdict::fail);
  EXPECT_EQ(judged(19, 1).runs.inside_strict, 19U);
}

TEST(SelftestJudgement, WhatTheMachineMovedIsNeitherPassedNorFailed) {
  const SelftestCheck check = judged(19, 0, 11);
  EXPECT_EQ(check.verdict, SelftestVerdict::not_possible);
  EXPECT_EQ(check.runs.disturbed, 11U);
  EXPECT_THAT(check.evidence,
              HasSubstr("19 of 30 runs undisturbed, 20 needed: the machine moved the system itself by up "
                        "to 1.00 ms; others took 0 %"));
  EXPECT_EQ(judged(20, 0, 10).verdict, SelftestVerdict::pass) << "enough others";
}

TEST(SelftestJudgement, AnInvalidRunJudgesNothing) {
  KnownRun run = kRight;
  run.invalid = "lateness";
  EXPECT_FALSE(undisturbed(run));
  EXPECT_TRUE(undisturbed(kRight));
  std::vector<KnownRun> runs(19, kRight);
  runs.push_back(run);
  SelftestCheck check{.id = "x", .truth = 1e-3};
  judge_known_runs(check, runs, 20, "others took 0 %");
  EXPECT_EQ(check.verdict, SelftestVerdict::not_possible) << "it is no twentieth";
  EXPECT_EQ(check.runs.disturbed, 1U);
  EXPECT_THAT(check.evidence, HasSubstr("made runs INVALID (lateness)"));
}

// Each of the two criteria alone: one run fewer inside than 19 and 14 of 20 is a FAIL, exactly as many a PASS.
TEST(SelftestJudgement, OneRunFewerInsideIsAFail) {
  const auto verdict_of = [](std::size_t wrong_strict, std::size_t wrong_published) {
    std::vector<KnownRun> runs(20, kRight);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      runs[i].strict = i < wrong_strict ? kWrong.strict : kRight.strict;
      runs[i].published = i < wrong_published ? kWrong.published : kRight.published;
    }
    SelftestCheck check{.id = "x", .truth = 1e-3};
    judge_known_runs(check, runs, 20, "others took 0 %");
    return check.verdict;
  };
  EXPECT_EQ(verdict_of(1, 6), SelftestVerdict::pass);
  EXPECT_EQ(verdict_of(2, 6), SelftestVerdict::fail);
  EXPECT_EQ(verdict_of(1, 7), SelftestVerdict::fail);
}

TEST(SelftestJudgement, AShiftOfAFifthOfTheHalfWidthIsTheLimit) {
  KnownRun run = run_with(0.5e-3, 1.5e-3);  // half width 0.5 ms
  run.shift_s = 0.099e-3;
  EXPECT_TRUE(undisturbed(run));
  run.shift_s = 0.101e-3;
  EXPECT_FALSE(undisturbed(run));
  KnownRun point = run_with(1e-3, 1e-3);  // a law that is a point
  point.shift_s = 0.019e-3;
  EXPECT_TRUE(undisturbed(point));
  point.shift_s = 0.021e-3;
  EXPECT_FALSE(undisturbed(point));
}

TEST(SelftestJudgement, TheHandOverIsAllowedAndNoMore) {
  EXPECT_TRUE(holds(run_with(1e-3 + 1.9e-6, 1.1e-3).strict, run_with(0, 0)));
  EXPECT_FALSE(holds(run_with(1e-3 + 2.1e-6, 1.1e-3).strict, run_with(0, 0)));
  EXPECT_FALSE(holds(run_with(0.9e-3, 1e-3 - 2.1e-6).strict, run_with(0, 0)));
  EXPECT_TRUE(holds({.point = 1e-3, .lower = 0.9e-3}, kRight)) << "too few queries for an upper end";
  EXPECT_FALSE(holds({.point = 1e-3, .lower = 1.1e-3}, kRight));
}

TEST(SelftestFile, IsReadAsItWasWritten) {
  const SelftestRecord record = sample_selftest();
  const SelftestRecord read = selftest_from_json(selftest_json(record), "s.json");
  EXPECT_TRUE(read.hash_matches);
  EXPECT_EQ(selftest_json(read), selftest_json(record));
  EXPECT_EQ(read.checks.at(0).runs.inside_strict, 20U);
  std::string changed = selftest_json(record);
  changed.replace(changed.find("PASS"), 4, "FAIL");
  EXPECT_THROW((void)selftest_from_json(changed, "s.json"), std::runtime_error) << "the sums say something else";
}

TEST(SelftestFile, EveryMemberIsDescribed) {
  EXPECT_THAT(schema_findings(own_schema("selftest-1"), json::parse(selftest_json(sample_selftest()))), IsEmpty());
  EXPECT_EQ(check_result_text(selftest_json(sample_selftest()), "s.json").state, FileState::ok);
}

TEST(SelftestFile, DamageIsRefusedInOneLineOrRead) {
  const auto accepts = [](const std::string& text) {
    const FileCheck check = check_result_text(text, "s.json");
    EXPECT_EQ(check.state == FileState::invalid, !check.findings.empty());
    return check.findings.empty();
  };
  const test_support::DamageCount count =
      test_support::damage_every_value(json::parse(selftest_json(sample_selftest())), accepts);
  ASSERT_GT(count.places, 40U);
  EXPECT_GT(count.refused, count.accepted);
}

TEST(SelftestText, ShowsEveryCheckWithItsEvidence) {
  const std::string text = selftest_text(sample_selftest(), Charset::ascii);
  for (const char* words : {"exponential 400 us: P90", "921 us", "[855 us, 990 us]", "PASS", "NOT POSSIBLE HERE",
                            "no constant_tsc", "1 PASS, 1 FAIL, 1 NOT POSSIBLE HERE"}) {
    EXPECT_THAT(text, HasSubstr(words));
  }
}

}  // namespace
}  // namespace assay
