#include "lab/track_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/command_error.hpp"

namespace assay {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TrackDefinition track() {
  TrackDefinition track{
      .name = "mine", .judge = "edge", .window = "10ms@p99", .workload = "gemm", .parameters = {"n=64"}};
  track.presets = {{"quick", {{"run", "2s"}}}, {"full", {{"run", "60s"}}}};
  track.calibration = TrackCalibration{
      .parameter = "n", .values = {"64", "128"}, .target = std::chrono::milliseconds{1}, .length = "run"};
  track.steps = {{.id = "single", .title = "alone", .length = "run", .flags = {{"scenario", "single"}}},
                 {.id = "f64", .title = "in f64", .length = "run", .presets = {"full"}, .parameters = {"dtype=f64"}},
                 {.id = "odd", .title = "odd", .length = "run", .flags = {{"no-such-flag", "1"}}, .optional = true},
                 {.id = "fast", .title = "fast", .length = "run", .optional = true, .needs = "realtime"}};
  return track;
}

TEST(TrackPlan, QuickTakesItsLengthsAndLeavesOutWhatCannotBe) {
  const TrackPlan plan = plan_track(track(), {}, "refused here");
  EXPECT_EQ(plan.size_mode, "calibrated");
  ASSERT_EQ(plan.calibration.size(), 2U);
  EXPECT_THAT(plan.calibration[1].run.parameters, ElementsAre("n=128"));
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_EQ(plan.steps[0].run.value("duration"), "2s");
  EXPECT_EQ(plan.steps[0].run.value("slo"), "10ms@p99");
  EXPECT_THAT(plan.left_out, ElementsAre("odd: this program has no flag --no-such-flag", "fast: refused here"));
  EXPECT_EQ(expected_time(plan), std::chrono::seconds{3 * (2 + 3)});
}

TEST(TrackPlan, FullHasMoreStepsAndLongerOnes) {
  const TrackPlan plan = plan_track(track(), {.full = true}, std::nullopt);
  ASSERT_EQ(plan.steps.size(), 3U);
  EXPECT_EQ(plan.steps[1].run.value("duration"), "60s");
  EXPECT_THAT(plan.steps[1].run.parameters, Contains("dtype=f64"));
  EXPECT_EQ(plan.steps[2].definition.id, "fast");
}

TEST(TrackPlan, AFixedSizeNeedsNoCalibration) {
  const TrackPlan plan = plan_track(track(), {.size = "128"}, std::nullopt);
  EXPECT_EQ(plan.size_mode, "fixed");
  EXPECT_THAT(plan.calibration, IsEmpty());
  EXPECT_THAT(plan.steps[0].run.parameters, Contains("n=128"));
}

TEST(TrackPlan, AGivenParameterOrAnotherWorkloadIsTakenAsItIs) {
  EXPECT_EQ(plan_track(track(), {.parameters = {"n=96"}}, std::nullopt).size_mode, "given");
  const TrackPlan plan = plan_track(track(), {.workload = "mlp"}, std::nullopt);
  EXPECT_EQ(plan.size_mode, "given");
  EXPECT_THAT(plan.size_note, HasSubstr("workload mlp has no n"));
  EXPECT_THAT(plan.steps[0].run.parameters, IsEmpty());
}

std::string usage_error(const TrackDefinition& definition, const TrackChoices& choices) {
  try {
    (void)plan_track(definition, choices, std::nullopt);
  } catch (const CommandError& error) {
    return error.code() == ExitCode::usage ? error.what() : "another code";
  }
  return "none";
}

TEST(TrackPlan, WhatMustBeAndCannotIsAnError) {
  TrackDefinition wrong = track();
  wrong.steps[0].flags["scenario"] = "double";
  EXPECT_THAT(usage_error(wrong, {}), AllOf(HasSubstr("track mine, step single"), HasSubstr("--scenario")));
  EXPECT_THAT(usage_error(track(), {.size = "12"}), HasSubstr("--preset 12: is none of calibrated, 64, 128"));
  EXPECT_THAT(usage_error(track(), {.duration = "soon"}), HasSubstr("--duration"));
}

TEST(TrackPlan, ASizeThatWouldHaveNoEffectIsAnError) {
  EXPECT_THAT(usage_error(track(), {.size = "128", .parameters = {"n=96"}}), HasSubstr("--param gives the n too"));
  EXPECT_THAT(usage_error(track(), {.size = "128", .workload = "mlp"}), HasSubstr("workload mlp has no n to choose"));
}

TEST(TrackPlan, AccuracyOfOtherNetworksIsLeftOut) {
  TrackDefinition tiny = track();
  tiny.steps.push_back(
      {.id = "realworld", .title = "accuracy", .kind = TrackStepDefinition::Kind::realworld, .length = "run"});
  EXPECT_EQ(plan_track(tiny, {}, std::nullopt).steps.back().definition.id, "realworld");
  for (const TrackChoices& choices : {TrackChoices{.workload = "mlp"}, TrackChoices{.parameters = {"dtype=f32"}}}) {
    const TrackPlan plan = plan_track(tiny, choices, std::nullopt);
    EXPECT_NE(plan.steps.back().definition.id, "realworld");
    EXPECT_THAT(plan.left_out, Contains(HasSubstr("accuracy: it evaluates the networks that come with the program")));
  }
}

TEST(TrackPlan, ASearchAsksForEnoughQueriesToShowThatThePercentileHolds) {
  TrackDefinition edge = track();
  edge.steps = {{.id = "cameras",
                 .title = "cameras",
                 .kind = TrackStepDefinition::Kind::search,
                 .length = "run",
                 .flags = {{"scenario", "server"}, {"arrivals", "cameras:{}x30:aligned"}},
                 .most = 4}};
  EXPECT_EQ(plan_track(edge, {}, std::nullopt).steps.at(0).run.value("min-queries"), "368");
  EXPECT_EQ(for_cameras({.workload = "w", .values = {{"arrivals", "cameras:{}x30:aligned"}}}, 12).value("arrivals"),
            "cameras:12x30:aligned");
}

}  // namespace
}  // namespace assay
