#include "lab/flow/lab_state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lab/flow/audit_evidence.hpp"
#include "lab/flow/lab_runner.hpp"
#include "lab/flow/lab_state_json.hpp"
#include "lab/flow/lab_view.hpp"
#include "lab/flow/reveal.hpp"
#include "lab/flow/threshold_evidence.hpp"
#include "tests/lab/sample_lab.hpp"

namespace assay {
namespace {

using test_support::SampleLab;
using test_support::small_audit;
using test_support::small_systems_flow;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::optional<RefusalReason> refusal(const SampleLab& lab, std::size_t part, const char* run) {
  try {
    require_allowed(lab.state(), part, *lab.state().part(part).run(run));
    return std::nullopt;
  } catch (const LabRefusal& refused) {
    return refused.reason();
  }
}

std::optional<Reveal> revealed(const SampleLab& lab, std::size_t part, const char* question) {
  return reveal(lab.state(), part, *lab.state().part(part).question(question));
}

std::string json_of(const SampleLab& lab) {
  LedgerReading reading;
  reading.entries = lab.entries();
  return lab_state_json(lab.state(), reading, false, {}).dump();
}

TEST(LabState, NoRunBeforeEveryPredictionOfThePartIsLocked) {
  SampleLab lab;
  EXPECT_EQ(refusal(lab, 1, "single"), RefusalReason::locked);
  lab.lock(1, "scenario", "multi");
  EXPECT_EQ(refusal(lab, 1, "single"), RefusalReason::locked);
  lab.lock(1, "missed", 20.0);
  EXPECT_EQ(refusal(lab, 1, "single"), std::nullopt);
  EXPECT_EQ(refusal(lab, 2, "load"), RefusalReason::locked);
}

TEST(LabView, OneRunOfTheTailAsksForAnotherDose) {
  SampleLab lab;
  lab.lock(2, "p99", 25.0);
  EXPECT_THAT(lab_next_text(lab.state()), Not(HasSubstr("another dose")));
  lab.run(2, "load", {{"mean_s", 0.002}}, {{"noise", 5.0}});
  EXPECT_THAT(lab_next_text(lab.state()), HasSubstr("another dose: assay lab run --part 2 --"));
}

TEST(LabState, TheEleventhRunIsRefused) {
  SampleLab lab;
  lab.lock(2, "p99", 25.0);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(refusal(lab, 2, "load"), std::nullopt) << i;
    lab.run(2, "load", {{"mean_s", 0.002}});
  }
  EXPECT_EQ(refusal(lab, 2, "load"), RefusalReason::used_up);
}

TEST(LabState, TheFirstLockIsGradedAndALaterOneIsLate) {
  SampleLab lab;
  lab.lock(1, "scenario", "single");
  lab.lock(1, "missed", 20.0);
  lab.run(1, "single", {});
  lab.run(1, "offline", {});
  lab.run(1, "cameras", {{"missed_share", 0.5}});
  lab.lock(1, "missed", 50.0);
  const auto locks = lab.state().locks(1, "missed");
  ASSERT_EQ(locks.size(), 2U);
  EXPECT_EQ(locks[0].body->runs_before, 0U);
  EXPECT_EQ(locks[1].body->runs_before, 3U);
  const auto found = revealed(lab, 1, "missed");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->predicted, "20 %");
  EXPECT_FALSE(found->late);
  EXPECT_DOUBLE_EQ(*found->factor, 2.5);
  EXPECT_THAT(found->sentences.front(), AllOf(HasSubstr("You predicted 20 %"), HasSubstr("2.50 x"),
                                              HasSubstr("30 points"), HasSubstr("too low")));
  EXPECT_EQ(revealed(lab, 1, "scenario")->right, false);
}

TEST(LabState, AChoiceIsRevealedOnlyOnceItsRunsAreThere) {
  SampleLab lab;
  lab.lock(1, "scenario", "multi");
  lab.lock(1, "missed", 20.0);
  lab.run(1, "single", {});
  EXPECT_FALSE(revealed(lab, 1, "scenario").has_value());
  EXPECT_THAT(json_of(lab), Not(HasSubstr("Because they come together")));
  lab.run(1, "offline", {});
  EXPECT_EQ(revealed(lab, 1, "scenario")->right, true);
}

TEST(LabState, NothingThatWasMeasuredIsInTheStateBeforeTheLocks) {
  SampleLab lab;
  lab.lock(1, "scenario", "multi");
  // As if somebody had put runs into the ledger past the engine.
  lab.run(1, "cameras", {{"missed_share", 0.7654321}});
  lab.run(2, "load", {{"mean_s", 0.7654321}, {"sd_s", 0.7654321}, {"over_share", 0.7654321}});
  lab.run(3, "audit", {{"throughput_A", 0.7654321}});
  LedgerReading reading;
  reading.entries = lab.entries();
  for (const std::string& text : {json_of(lab), lab_status_text(lab.state(), reading, false)}) {
    EXPECT_THAT(text, AllOf(Not(HasSubstr("76543")), Not(HasSubstr("Because they come together")),
                            Not(HasSubstr("21.6 ms")), Not(HasSubstr("76.5")), Not(HasSubstr("\"key\""))));
  }
  lab.lock(1, "missed", 20.0);
  EXPECT_THAT(json_of(lab), HasSubstr("0.7654321"));
}

TEST(LabState, ThePercentileIsTakenFromTheRunWhoseVariationIsNearestToAHalf) {
  SampleLab lab;
  lab.lock(2, "p99", 25.0);
  lab.run(2, "load", {{"mean_s", 0.002}, {"sd_s", 0.0001}, {"p99_s", 0.0021}});
  EXPECT_THAT(revealed(lab, 2, "p99")->measured, HasSubstr("inject more"));
  // 0.0056 lies 3.6 deviations above the mean: 10 + 3.6 x 5.
  lab.run(2, "load", {{"mean_s", 0.002}, {"sd_s", 0.001}, {"p99_s", 0.0056}}, {{"noise", 20.0}});
  const auto found = revealed(lab, 2, "p99");
  EXPECT_NEAR(*found->answer.value.point, 28.0, 1e-9);
  EXPECT_NEAR(*found->factor, 28.0 / 25.0, 1e-9);
  EXPECT_THAT(found->sentences.back(), HasSubstr("21.6"));
  const std::vector<double> expected{21.6, 25.1, 26.8, 28.0, 59.7};
  ASSERT_EQ(found->curves.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(found->curves[i].second, expected[i], 0.05) << found->curves[i].first;
  }
}

TEST(LabState, TheThresholdComesFromTheRunsInWhichOneControlAloneWasTurnedUp) {
  SampleLab lab;
  lab.lock(2, "p99", 25.0);
  const auto level = [&](double dose, double over) {
    lab.run(2, "load", {{"over_share", over}, {"effective_queries", 10000.0}, {"queries", 10000.0}}, {{"noise", dose}});
  };
  EXPECT_THAT(control_thresholds(lab.state(), 2), IsEmpty());
  level(0.0, 0.0);
  EXPECT_THAT(control_thresholds(lab.state(), 2), IsEmpty());
  level(10.0, 0.005);
  level(40.0, 0.02);
  const auto found = control_thresholds(lab.state(), 2);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].control, "noise");
  EXPECT_EQ(found[0].levels, 3U);
  ASSERT_TRUE(found[0].threshold.has_value()) << found[0].reason;
  EXPECT_NEAR(*found[0].threshold, 20.0, 2.0);
  EXPECT_LT(*found[0].lower, 20.0);
  EXPECT_GT(*found[0].upper, 20.0);
  EXPECT_EQ(found[0].highest_ok, 10.0);
  EXPECT_EQ(found[0].lowest_violated, 40.0);
  const auto fleet = fleet_of(lab.state(), 2);
  ASSERT_TRUE(fleet.has_value());
  EXPECT_NEAR(fleet->risk.rows[2].point, 0.867, 0.001);  // 1 - 0.98^100
}

// A curve through one run has a threshold too, and nobody measured it.
TEST(LabState, NoThresholdComesFromOneSideOfIt) {
  for (const double over : {0.005, 0.02}) {
    SampleLab lab;
    lab.lock(2, "p99", 25.0);
    for (const double dose : {10.0, 40.0}) {
      lab.run(2, "load", {{"over_share", over}, {"effective_queries", 10000.0}, {"queries", 10000.0}},
              {{"noise", dose}});
      const auto found = control_thresholds(lab.state(), 2);
      ASSERT_EQ(found.size(), 1U);
      EXPECT_FALSE(found[0].threshold.has_value());
      EXPECT_THAT(found[0].reason, HasSubstr("a run that holds the window and one that does not"));
    }
  }
}

TEST(LabState, SaysWhatIsMissingAndWhenNothingIs) {
  SampleLab lab;
  EXPECT_EQ(lab.state().missing().size(), 6U + 3U + 3U + 1U);
  lab.complete();
  EXPECT_THAT(lab.state().missing(), IsEmpty());
  EXPECT_THAT(lab_next_text(lab.state()), HasSubstr("assay lab export"));
}

TEST(LabState, AnInterruptedOrDishonestRunAnswersNothing) {
  SampleLab lab;
  lab.lock(3, "peak", "no");
  const LabStart start{
      .part = 3, .run = "audit", .size = "", .controls = {}, .number = 1, .locks = lab.state().graded_locks(3)};
  LabRun run{.start = start,
             .start_hash = lab.add(start).hash,
             .file = "runs/a",
             .sha256 = "",
             .command = "",
             .facts = {},
             .attachments = {}};
  run.facts.kind = "run";
  run.facts.interrupted = true;
  lab.add(run);
  EXPECT_FALSE(lab.state().answered(3, "audit"));
  EXPECT_EQ(lab.state().made(3, "audit"), 1U);
}

/// The offer of the audit in the state.
nlohmann::ordered_json audit_offer(const SampleLab& lab, const std::vector<SystemOffer>& elsewhere) {
  LedgerReading reading;
  reading.entries = lab.entries();
  const auto state = lab_state_json(lab.state(), reading, false, elsewhere);
  return state.at("parts").at(2).at("runs").at(2);
}

TEST(LabSystems, AnAuditWaitsForBothOfThemUnlessOthersAreNamed) {
  SampleLab lab("W7-4K2", small_systems_flow());
  EXPECT_EQ(refusal(lab, 3, "audit"), RefusalReason::locked);
  EXPECT_TRUE(audit_offer(lab, {{.id = "x", .title = "x"}}).at("systems").empty());
  lab.lock(3, "peak", "no");
  EXPECT_EQ(refusal(lab, 3, "audit"), RefusalReason::not_yet);
  EXPECT_NO_THROW(require_allowed(lab.state(), 3, *lab.state().part(3).run("audit"), {"a", "b"}));
  lab.system("system_a");
  EXPECT_EQ(refusal(lab, 3, "audit"), RefusalReason::not_yet);
  lab.system("system_b", true);
  EXPECT_EQ(refusal(lab, 3, "audit"), RefusalReason::not_yet) << "an interrupted one answers nothing";
  const auto waiting = audit_offer(lab, {});
  EXPECT_EQ(waiting.at("allowed"), false);
  EXPECT_THAT(waiting.at("refusal").get<std::string>(), HasSubstr("assay lab run --part 3 system_b"));
  EXPECT_EQ(waiting.at("chosen"), nlohmann::ordered_json({"system_a", nullptr}));
  lab.system("system_b");
  EXPECT_EQ(refusal(lab, 3, "audit"), std::nullopt);
}

TEST(LabSystems, WhatCanBeChosenAreThoseOfTheLabBundlesElsewhereAndDatasheets) {
  SampleLab lab("W7-4K2", small_systems_flow());
  lab.lock(3, "peak", "no");
  lab.system("system_a");
  lab.system("system_b");
  const auto offer = audit_offer(lab, {{.id = "assay-results/one", .title = "one"}});
  EXPECT_EQ(offer.at("kind"), "audit");
  EXPECT_EQ(offer.at("chosen"), nlohmann::ordered_json({"system_a", "system_b"}));
  const auto& systems = offer.at("systems");
  EXPECT_EQ(systems.at(0).at("id"), "system_a");
  EXPECT_EQ(systems.at(0).at("kind"), "bundle");
  EXPECT_EQ(systems.at(1).at("id"), "system_b");
  EXPECT_EQ(systems.at(2).at("id"), "assay-results/one");
  EXPECT_EQ(systems.back().at("kind"), "datasheet");
  EXPECT_THAT(systems.back().at("id").get<std::string>(), HasSubstr("datasheet:"));
}

TEST(LabSystems, OnceTheAuditIsThereTheSystemsOfTheLabAreNotAskedFor) {
  SampleLab lab("W7-4K2", small_systems_flow());
  const auto missing = [&lab](const char* run) {
    const auto lines = lab.state().missing();
    return std::ranges::any_of(lines, [run](const std::string& line) { return line.ends_with(run); });
  };
  lab.lock(3, "peak", "no");
  EXPECT_TRUE(missing("--part 3 system_a"));
  EXPECT_FALSE(missing("--part 3 audit_file"));
  lab.audit({{"roofline", "00"}, {"page", "00"}});
  EXPECT_FALSE(missing("--part 3 system_a"));
  EXPECT_FALSE(missing("--part 3 audit"));
  LedgerReading reading;
  reading.entries = lab.entries();
  const auto state = lab_state_json(lab.state(), reading, false, {});
  const auto& run = state.at("parts").at(2).at("evidence").at("runs").at(0);
  EXPECT_EQ(run.at("charts"), nlohmann::ordered_json({"roofline"})) << "a page is no chart";
  EXPECT_EQ(run.at("attachments").size(), 2U);
  EXPECT_THAT(revealed(lab, 3, "peak")->sentences, ::testing::Contains(HasSubstr("B delivers 1.8 x of A.")));
}

TEST(AuditEvidence, TakesVerdictMemoAndRatios) {
  const RunFacts facts = audit_facts(small_audit(), "audit.json");
  EXPECT_TRUE(facts.valid);
  EXPECT_THAT(facts.what, AllOf(HasSubstr("A wide (measured)"), HasSubstr("B fed (datasheet)")));
  EXPECT_THAT(facts.sentences, ElementsAre("B delivers 1.8 x of A.", "Buy B."));
  EXPECT_EQ(facts.figure("throughput_ratio_AB")->point, 1.8);
  EXPECT_EQ(facts.figure("peak_A")->point, 2e12);
  EXPECT_EQ(facts.figure("peak_B"), nullptr);
  EXPECT_THROW((void)audit_facts("{}", "x"), std::runtime_error);
  EXPECT_THROW((void)audit_facts(R"({"schema":"assay/run/1"})", "x"), std::runtime_error);
}

}  // namespace
}  // namespace assay
