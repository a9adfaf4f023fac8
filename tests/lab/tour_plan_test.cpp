#include "lab/tour_plan.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace assay {
namespace {

RunDocument single_run() {
  RunDocument run;
  run.latency.percentiles_s["p50"] = {.point = 29.53e-6};
  return run;
}

RunDocument offline_run() {
  RunDocument run;
  run.samples_per_s = 51'486.3;
  return run;
}

TEST(TourPlan, ServerFollowsFromWhatWasMeasured) {
  const TourSizing sizing = size_tour(single_run(), offline_run());
  EXPECT_DOUBLE_EQ(sizing.window_s, 296e-6);
  const TourStep step = tour_server({.workload = "mlp"}, sizing, 0.5);
  EXPECT_EQ(step.title, "Server at 50 % of Offline");
  EXPECT_EQ(step.run.value("rate"), "25740");
  EXPECT_EQ(step.run.value("slo"), "296us@p99");
  EXPECT_EQ(step.run.value("scenario"), "server");
}

TEST(TourPlan, WithoutItsMeasurementsItStops) {
  EXPECT_THROW((void)size_tour({}, offline_run()), std::runtime_error);
  EXPECT_THROW((void)size_tour(single_run(), {}), std::runtime_error);
}

TEST(TourPlan, AMissedWindowIsAFindingAWrongOutputIsNot) {
  RunDocument run;
  run.invalid_reasons = {{.code = "latency_constraint"}, {.code = "lateness"}};
  EXPECT_TRUE(is_honest(run));
  run.invalid_reasons.push_back({.code = "output_check"});
  EXPECT_FALSE(is_honest(run));
}

}  // namespace
}  // namespace assay
