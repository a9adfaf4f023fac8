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

TEST(TrackPlan, ASearchDoublesUntilItBreaksAndThenHalves) {
  const auto found = [](std::uint64_t holds, std::uint64_t most) {
    std::vector<std::uint64_t> tried;
    std::optional<std::uint64_t> held;
    std::optional<std::uint64_t> broke;
    while (const auto cameras = next_cameras(held, broke, most)) {
      tried.push_back(*cameras);
      (*cameras <= holds ? held : broke) = *cameras;
    }
    return tried;
  };
  EXPECT_THAT(found(5, 32), ElementsAre(1, 2, 4, 8, 6, 5));
  EXPECT_THAT(found(0, 32), ElementsAre(1));
  EXPECT_THAT(found(99, 6), ElementsAre(1, 2, 4, 6));
  EXPECT_EQ(for_cameras({.workload = "w", .values = {{"arrivals", "cameras:{}x30:aligned"}}}, 12).value("arrivals"),
            "cameras:12x30:aligned");
}

}  // namespace
}  // namespace assay
