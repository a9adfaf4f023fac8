#include "analysis/stall_model.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <stdexcept>

namespace assay {
namespace {

using namespace std::chrono_literals;

constexpr Percentile kP99 = Percentile::of_parts_per_million(990'000);

TEST(StallModel, CriticalRateIsOnePerCentOfTheServiceRate) {
  EXPECT_NEAR(critical_rate_per_s(100us, kP99), 100.503, 1e-3);  // -ln 0.99 = 0.0100503
  EXPECT_NEAR(critical_rate_per_s(10ms, Percentile::of_percent(99.9)), 0.100050, 1e-6);
  EXPECT_NEAR(hit_probability(critical_rate_per_s(137us, kP99), 137us), 0.01, 1e-12);
  EXPECT_THROW(static_cast<void>(critical_rate_per_s(0ns, kP99)), std::invalid_argument);
}

TEST(StallModel, HitProbability) {
  EXPECT_EQ(hit_probability(0.0, 100us), 0.0);
  EXPECT_NEAR(hit_probability(1e-9, 100us), 1e-13, 1e-25) << "1 - exp() would lose all digits";
  EXPECT_NEAR(hit_probability(10'000.0, 100us), 1.0 - std::exp(-1.0), 1e-12);
}

// A tick of 4 ms against 100 us: 0.01 x 4 ms = 40 us of every 140 us.
TEST(StallModel, CriticalShareOfACore) {
  const StalledService service{.service_time = 100us, .stall = 4ms};
  const double share = critical_share(service, kP99);
  EXPECT_NEAR(share, 40.0 / 140.0, 1e-12);
  EXPECT_NEAR(share * 100.0 / ((1.0 - share) * 4000.0), 0.01, 1e-12) << "the share of queries hit, s T / ((1 - s) q)";
  EXPECT_THROW(static_cast<void>(critical_share({.service_time = 100us, .stall = 0ns}, kP99)), std::invalid_argument);
}

double ratio_of_formula(double hit_probability) {
  const StallLaw law{.service = {.service_time = 100us, .stall = 3900us}, .hit_probability = hit_probability};
  return stall_law_normal_formula_ns(law, kP99) / stall_law_percentile_ns(law, kP99);
}

// Stalls that make a query 40 times as long. By hand, e.g. 1.1 %: (1 + 39 (0.011 + 2.3263 x 0.10430)) / 40.
TEST(StallModel, NormalFormulaErrsInBothDirections) {
  EXPECT_NEAR(ratio_of_formula(0.005), 7.594, 1e-3);
  EXPECT_NEAR(ratio_of_formula(0.009), 9.920, 1e-3);
  EXPECT_NEAR(ratio_of_formula(0.011), 0.2723, 1e-4);
  EXPECT_NEAR(ratio_of_formula(0.02), 0.3620, 1e-4);
  EXPECT_NEAR(ratio_of_formula(0.05), 0.5681, 1e-4);
  EXPECT_GT(ratio_of_formula(0.2), 1.0);
}

TEST(StallModel, PercentileJumpsByOneStallAtOnePerCent) {
  StallLaw law{.service = {.service_time = 100us, .stall = 3900us}, .hit_probability = 0.01};
  EXPECT_EQ(stall_law_percentile_ns(law, kP99), 100e3);
  law.hit_probability = 0.0100001;
  EXPECT_EQ(stall_law_percentile_ns(law, kP99), 4e6);
}

TEST(StallModel, NormalFormulaIsRightByAccidentAtOneHitShare) {
  EXPECT_NEAR(balanced_hit_probability(kP99), 0.156, 1e-4);  // 1 / (1 + 2.32635^2) = 1 / 6.4119
  EXPECT_NEAR(ratio_of_formula(balanced_hit_probability(kP99)), 1.0, 1e-12);
}

}  // namespace
}  // namespace assay
