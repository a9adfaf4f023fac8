#include "analysis/audit_claim.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/repeat_ratio.hpp"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

AuditSystem system_of(const char* letter, std::vector<double> rates, std::vector<double> p99s = {}) {
  AuditSystem system{.letter = letter, .name = "box"};
  system.lighthouse.samples_per_s = std::move(rates);
  system.lighthouse.p99_s = std::move(p99s);
  system.throughput.value = repeats_estimate(system.lighthouse.samples_per_s);
  system.p99.value = repeats_estimate(system.lighthouse.p99_s);
  system.per_watt.value.reason = "no counter";
  return system;
}

FairnessIndex all_hold() {
  FairnessIndex index;
  index.controls.resize(5, {.name = "control", .state = ControlState::holds});
  return index;
}

const AuditSystem kA = system_of("A", {100.0, 101.0, 99.0}, {0.02, 0.0201, 0.0199});

ClaimOutcome outcome(const AuditSystem& b, const char* claim = "2x") {
  return audit_claim(kA, b, claim_from_text(claim, "throughput"), all_hold()).outcome;
}

TEST(Claim, IsDecidedByTheWholeInterval) {
  EXPECT_EQ(outcome(system_of("B", {250.0, 251.0, 249.0})), ClaimOutcome::supported);
  EXPECT_EQ(outcome(system_of("B", {150.0, 151.0, 149.0})), ClaimOutcome::refuted);
  EXPECT_EQ(outcome(system_of("B", {200.0, 201.0, 199.0})), ClaimOutcome::undecided);
  EXPECT_EQ(outcome(system_of("B", {150.0, 151.0, 149.0}), "1.4"), ClaimOutcome::supported);
  EXPECT_EQ(outcome(system_of("B", {250.0})), ClaimOutcome::undecided);
}

TEST(Claim, SaysWhatWouldDecide) {
  const AuditClaim claim =
      audit_claim(kA, system_of("B", {195.0, 230.0, 215.0}), claim_from_text("2x", "throughput"), all_hold());
  EXPECT_EQ(claim.outcome, ClaimOutcome::undecided);
  ASSERT_TRUE(claim.more_repeats);
  EXPECT_GT(*claim.more_repeats, 0U);
  EXPECT_THAT(claim.sentence, HasSubstr(std::to_string(*claim.more_repeats) + " more repeats on each side"));
}

TEST(Claim, OfP99CountsLessAsBetter) {
  EXPECT_EQ(outcome(system_of("B", {1.0, 1.0}, {0.005, 0.00501, 0.00499}), "2x:p99"), ClaimOutcome::supported);
  EXPECT_EQ(outcome(system_of("B", {1.0, 1.0}, {0.04, 0.0401, 0.0399}), "2x:p99"), ClaimOutcome::refuted);
}

TEST(Claim, WithoutAFigureIsNotAvailable) {
  const AuditClaim claim =
      audit_claim(kA, system_of("B", {1.0, 1.0}), claim_from_text("2x:fps_per_watt", ""), all_hold());
  EXPECT_EQ(claim.outcome, ClaimOutcome::not_available);
  EXPECT_THAT(claim.sentence, HasSubstr("no counter"));
}

TEST(Claim, IsWithheldWhereFairnessIsNotFull) {
  FairnessIndex index = all_hold();
  index.controls[1] = {
      .name = "same warm-up", .state = ControlState::fails, .finding = "warm-up differed: 500 ms against 2.00 s"};
  const AuditClaim claim =
      audit_claim(kA, system_of("B", {250.0, 251.0, 249.0}), claim_from_text("2x", "throughput"), index);
  EXPECT_EQ(claim.outcome, ClaimOutcome::withheld);
  EXPECT_THAT(claim.sentence, HasSubstr("withheld, because warm-up differed: 500 ms against 2.00 s"));
}

TEST(Claim, ReadsWhatAPersonTyped) {
  EXPECT_DOUBLE_EQ(claim_from_text("1.5x", "p99").factor, 1.5);
  EXPECT_EQ(claim_from_text("1.5x", "p99").metric, "p99");
  EXPECT_EQ(claim_from_text("3:throughput", "p99").metric, "throughput");
  for (const char* wrong : {"", "x", "twice", "0.5x", "2xx", "nan", "inf", "2x:speed", "2x:", "-2"}) {
    EXPECT_THROW((void)claim_from_text(wrong, "throughput"), std::invalid_argument) << wrong;
  }
}

TEST(Ranking, NeighboursWithoutSeparateIntervalsTie) {
  const std::vector<AuditSystem> systems{system_of("A", {100.0, 101.0, 99.0}), system_of("B", {300.0, 301.0, 299.0}),
                                         system_of("C", {100.0, 103.0, 99.0})};
  const AuditRanking ranking = audit_ranking(systems, all_hold());
  EXPECT_THAT(ranking.order, ElementsAre(1, 2, 0));
  EXPECT_THAT(ranking.above_next, ElementsAre(true, false));
  EXPECT_THAT(ranking.sentences[0], HasSubstr("B is ahead of C"));
  EXPECT_THAT(ranking.sentences[1], HasSubstr("C and A tie"));
  EXPECT_THAT(audit_ranking(systems, {}).order, ElementsAre());
}

}  // namespace
}  // namespace assay
