#include "lab/tail_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "lab/run_request_text.hpp"
#include "lab/tail_view.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Percentile kP99 = Percentile::of_parts_per_million(990'000);

// 0.01005 / 115 us (methods of the 1 % law).
TEST(TailPlan, NoiseFollowsTheOnePercentLaw) {
  const ModelDose model = model_dose(tail_knob(Knob::noise, 1ms), 115us, 500us, kP99);
  EXPECT_NEAR(model.dose.value_or(0), 87.4, 0.1);
}

TEST(TailPlan, ABurstThatFitsIntoTheWindowBreaksNothing) {
  const ModelDose model = model_dose(tail_knob(Knob::noise, 100us), 115us, 500us, kP99);
  EXPECT_FALSE(model.dose);
  EXPECT_THAT(model.formula, HasSubstr("a single one breaks nothing"));
}

// A burst of s x 2 ms every 2 ms hits 4.9 % of queries of 100 us, so the window of 1.1 ms is full at s = 50 %.
TEST(TailPlan, BackgroundFillsTheWindow) {
  EXPECT_NEAR(model_dose(tail_knob(Knob::background, 1ms), 100us, 1100us, kP99).dose.value_or(0), 0.5, 1e-9);
  EXPECT_FALSE(model_dose(tail_knob(Knob::background, 1ms), 100us, 5ms, kP99).dose);
  EXPECT_FALSE(model_dose(tail_knob(Knob::background, 1ms), 10us, 1100us, kP99).dose);
  EXPECT_FALSE(model_dose(tail_knob(Knob::background, 1ms), 2ms, 1100us, kP99).dose);
  EXPECT_FALSE(model_dose(tail_knob(Knob::ctxsw, 1ms), 100us, 1100us, kP99).dose);
}

TEST(TailPlan, RangesStayWithinWhatCanBeInjected) {
  EXPECT_DOUBLE_EQ(tail_knob(Knob::noise, 1ms).highest, 900.0);
  EXPECT_DOUBLE_EQ(tail_knob(Knob::noise, 10us).highest, 10'000.0);
  EXPECT_DOUBLE_EQ(tail_knob(Knob::background, 1ms).highest, 0.9);
}

// What is set as a flag is read back as the same dose.
TEST(TailPlan, ADoseSurvivesTheCommandLine) {
  for (const Knob knob : {Knob::noise, Knob::background, Knob::ctxsw, Knob::memory}) {
    const TailKnob tail = tail_knob(knob, 300us);
    RunOptions run{.workload = "null", .values = {}, .parameters = {}};
    const double dose = 0.37 * tail.highest;
    set_dose(run, tail, dose);
    const InterferenceRequest request = request_from(run).interference;
    switch (knob) {
      case Knob::noise:
        EXPECT_NEAR(request.noise.value_or(NoiseDose{}).rate_per_s, dose, 1e-5 * dose);
        EXPECT_EQ(request.noise.value_or(NoiseDose{}).length, 300us);
        break;
      case Knob::background:
        EXPECT_NEAR(request.background_share.value_or(0), dose, 1e-5 * dose);
        break;
      case Knob::ctxsw:
        EXPECT_NEAR(request.switches_per_s.value_or(0), dose, 1e-5 * dose);
        break;
      case Knob::pcie:  // only a card has such a link: see below
        break;
      case Knob::memory:
        EXPECT_NEAR(request.memory_bytes_per_s.value_or(0), dose, 1.0);
        break;
    }
    run.set("inject-on", "0");
    run.set("with", "own");
    set_dose(run, tail, 0.0);
    EXPECT_FALSE(request_from(run).interference.any());
    EXPECT_EQ(knob_from(name_of(knob)), knob);
  }
  RunOptions run{.workload = "gpu_gemm", .values = {}, .parameters = {}};
  set_dose(run, tail_knob(Knob::pcie, 1ms), 2.5e10);
  EXPECT_EQ(run.value("pcie").value_or(""), "25000000000B/s");
  EXPECT_EQ(knob_from("pcie"), Knob::pcie);
  EXPECT_THROW((void)knob_from("loudness"), std::invalid_argument);
}

// The highest dose is asked for as text, and must not be refused for how it was rounded.
TEST(TailPlan, TheHighestDoseIsNeverRefused) {
  for (const Nanoseconds burst : {130us, 300us, 350us, 1100us, 1700us}) {
    const TailKnob tail = tail_knob(Knob::noise, burst);
    RunOptions run{.workload = "null", .values = {}, .parameters = {}};
    set_dose(run, tail, tail.highest);
    EXPECT_NO_THROW((void)request_from(run)) << burst.count();
  }
}

TEST(TailPlan, TheDoseIsWhatWasAchieved) {
  RunDocument run;
  EXPECT_DOUBLE_EQ(achieved_dose_of(run, Knob::noise), 0.0);
  run.interference = {{.knob = "noise", .requested = 80.0, .achieved = 78.0}};
  EXPECT_DOUBLE_EQ(achieved_dose_of(run, Knob::noise), 78.0);
  run.interference[0].achieved.reset();
  EXPECT_THROW((void)achieved_dose_of(run, Knob::noise), std::runtime_error);
}

TailResult found() {
  TailResult result{.workload = "fma", .scenario = "single", .slo_s = 0.0005, .knob = tail_knob(Knob::noise, 1ms)};
  result.model = {.dose = 87.4, .formula = "-ln(p) / T with T = 115 us"};
  for (const double dose : {0.0, 40.0, 80.0, 160.0}) {
    result.levels.push_back({.level = {.dose = dose, .effective_trials = 10'000, .effective_exceedances = 1.2 * dose},
                             .requested = dose,
                             .p50_s = 0.000115,
                             .p99_s = 0.0004,
                             .normal_s = 0.0008,
                             .file = "x.run.json"});
  }
  ThresholdEstimate estimate;
  std::vector<ThresholdLevel> levels;
  for (const TailLevel& level : result.levels) {
    levels.push_back(level.level);
  }
  estimate.end = ThresholdEnd::resolved;
  estimate.fit = fit_threshold(levels, kP99);
  result.estimate = estimate;
  return result;
}

TEST(TailView, SaysThresholdIntervalAndModel) {
  const TailResult result = found();
  const std::string text = tail_text(result, Charset::ascii);
  EXPECT_THAT(text, HasSubstr("threshold of 500 us at p99: noise 8"));
  EXPECT_THAT(text, HasSubstr("model: 87.4 bursts/s (-ln(p) / T with T = 115 us); measured is 0.9"));
  EXPECT_THAT(text, HasSubstr("VIOLATED"));
  EXPECT_THAT(text, HasSubstr("mean+z sd 800 us (2.00 x)"));
  const std::string json = tail_json(result);
  EXPECT_THAT(json, HasSubstr("\"schema\": \"assay/tail/1\""));
  EXPECT_THAT(json, HasSubstr("\"verdict\": \"violated\""));
}

TEST(TailView, SaysWhyThereIsNoThreshold) {
  TailResult result = found();
  result.estimate->fit.threshold.reset();
  result.estimate->reason = "the window held at the highest dose";
  EXPECT_THAT(tail_text(result, Charset::ascii), HasSubstr("none. the window held at the highest dose"));
  result.estimate.reset();
  result.levels.clear();
  EXPECT_THAT(tail_text(result, Charset::ascii), HasSubstr("not found"));
}

}  // namespace
}  // namespace assay
