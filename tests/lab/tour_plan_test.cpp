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

TEST(TourPlan, TheTailIsSingleStreamUnderNoise) {
  // -ln(0.99) / 29.53 us = 340.3 bursts/s
  const TourStep step = tour_tail({.workload = "mlp"}, size_tour(single_run(), offline_run()), kTourManyBursts);
  EXPECT_EQ(step.title, "SingleStream, 2 x the noise");
  EXPECT_EQ(step.run.value("noise"), "680.7x592us");
  EXPECT_EQ(step.run.value("slo"), "296us@p99");
  EXPECT_EQ(step.run.value("scenario"), "single");
}

TEST(TourPlan, NoNoiseForQueriesThatAreTooSlowOrTooQuick) {
  EXPECT_FALSE(tour_tail_problem(size_tour(single_run(), offline_run())));
  for (const double p50_s : {20e-3, 0.5e-6}) {
    RunDocument single = single_run();
    single.latency.percentiles_s["p50"] = {.point = p50_s};
    EXPECT_TRUE(tour_tail_problem(size_tour(single, offline_run()))) << p50_s;
  }
}

TEST(TourPlan, TheSoakHasAllCpusAtWork) {
  RunOptions base{.workload = "mlp"};
  base.set("duration", "10s");
  const TourStep step = tour_soak(base, "20s");
  EXPECT_EQ(step.title, "Soak of 20s");
  EXPECT_EQ(step.run.value("duration"), "20s");
  EXPECT_EQ(step.run.value("share-cpus"), "true");
  EXPECT_EQ(step.run.value("soak"), "true");
}

TEST(TourPlan, WithoutItsMeasurementsItStops) {
  EXPECT_THROW((void)size_tour({}, offline_run()), std::runtime_error);
  EXPECT_THROW((void)size_tour(single_run(), {}), std::runtime_error);
}

TEST(TourPlan, AMissedWindowIsAFindingAWrongOutputIsNot) {
  RunDocument run;
  run.invalid_reasons = {{.code = "latency_constraint"}, {.code = "lateness"}, {.code = "dose"}};
  EXPECT_TRUE(is_honest(run));
  run.invalid_reasons.push_back({.code = "output_check"});
  EXPECT_FALSE(is_honest(run));
}

}  // namespace
}  // namespace assay
