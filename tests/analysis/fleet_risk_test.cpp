#include "analysis/fleet_risk.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace assay {
namespace {

using namespace std::chrono_literals;

TEST(FleetRisk, FailureOfAFleet) {
  EXPECT_NEAR(fleet_failure_probability(0.01, 100), 0.63397, 1e-5);
  EXPECT_NEAR(fleet_failure_probability(0.001, 100), 0.09521, 1e-5);
  EXPECT_NEAR(fleet_failure_probability(0.01, 1000), 0.99996, 1e-5);
  EXPECT_NEAR(fleet_failure_probability(0.001, 1000), 0.63230, 1e-5);
  EXPECT_NEAR(fleet_failure_probability(0.0001, 2000), 0.18127, 1e-5);
  EXPECT_NEAR(fleet_failure_probability(1e-18, 1000), 1e-15, 1e-25) << "1 - p would be 1";
  EXPECT_EQ(fleet_failure_probability(0.0, 1000), 0.0);
  EXPECT_EQ(fleet_failure_probability(1.0, 1), 1.0);
  EXPECT_EQ(fleet_failure_probability(1.0, 0), 0.0);
  EXPECT_THROW(static_cast<void>(fleet_failure_probability(1.1, 1)), std::invalid_argument);
}

// ln 0.5 / ln 0.99 = 68.97, ln 0.5 / ln 0.999 = 692.8
TEST(FleetRisk, DevicesForEvenOdds) {
  EXPECT_EQ(devices_for_probability({.device_share = 0.01}), 69U);
  EXPECT_EQ(devices_for_probability({.device_share = 0.001}), 693U);
  EXPECT_EQ(devices_for_probability({.device_share = 0.01, .fleet_probability = 0.01}), 1U);
  EXPECT_EQ(devices_for_probability({.device_share = 1.0}), 1U);
  EXPECT_EQ(devices_for_probability({.device_share = 0.0}), std::nullopt);
  EXPECT_EQ(devices_for_probability({.device_share = 0.01, .fleet_probability = 1.0}), std::nullopt);
}

TEST(FleetRisk, ShareThatAFleetNeeds) {
  EXPECT_NEAR(needed_share(0.01, 100), 1.00498e-4, 1e-9);  // 0.0100503 / 100, less half its square
  EXPECT_NEAR(needed_share(0.01, 1000), 1.0050e-5, 1e-9);
  EXPECT_DOUBLE_EQ(needed_share(0.25, 1), 0.25);
  EXPECT_NEAR(fleet_failure_probability(needed_share(0.3, 77), 77), 0.3, 1e-12);
  EXPECT_THROW(static_cast<void>(needed_share(0.01, 0)), std::invalid_argument);
}

// Over, over, not, not: deviations 1/2, 1/2, -1/2, -1/2 from the mean.
TEST(FleetRisk, AutocorrelationByHand) {
  const std::vector<std::int64_t> values = {9, 8, 1, 5};
  EXPECT_DOUBLE_EQ(autocorrelation_of_exceedance(values, 5ns).value(), 0.25);     // (1/4 - 1/4 + 1/4) / 1
  EXPECT_DOUBLE_EQ(autocorrelation_of_exceedance(values, 5ns, 2).value(), -0.5);  // (-1/4 - 1/4) / 1
  EXPECT_DOUBLE_EQ(autocorrelation_of_exceedance(values, 5ns, 0).value(), 1.0);
  EXPECT_EQ(autocorrelation_of_exceedance(values, 9ns), std::nullopt) << "none is over";
  EXPECT_EQ(autocorrelation_of_exceedance(values, 0ns), std::nullopt) << "all are over";
  EXPECT_EQ(autocorrelation_of_exceedance(values, 5ns, 4), std::nullopt) << "no pair";
  EXPECT_EQ(autocorrelation_of_exceedance({}, 5ns), std::nullopt);
}

// 1 - 0.05^(1/1000) = 0.2991 %, and 1 - 0.05^(100/1000) = 25.9 %.
TEST(FleetRisk, NoneOfAThousandIsNotNever) {
  const FleetRisk risk = fleet_risk({.over = 0, .count = 1000, .effective_sample_size = 1000});
  EXPECT_EQ(risk.share, 0.0);
  EXPECT_NEAR(risk.share_upper, 0.0029912, 1e-7);
  EXPECT_EQ(risk.rows[2].devices, 100U);
  EXPECT_EQ(risk.rows[2].point, 0.0);
  EXPECT_NEAR(risk.rows[2].upper, 1.0 - std::pow(0.05, 0.1), 1e-9);
  EXPECT_NEAR(risk.rows[3].upper, 0.95, 1e-9);
  EXPECT_EQ(risk.even_odds, std::nullopt);
  EXPECT_EQ(risk.even_odds_upper, 232U);  // 1000 ln 0.5 / ln 0.05 = 231.4
}

TEST(FleetRisk, DependentQueriesLeaveMoreDoubt) {
  const FleetEvidence evidence{.over = 10, .count = 1000, .effective_sample_size = 100.0};
  const FleetRisk risk = fleet_risk(evidence);
  EXPECT_DOUBLE_EQ(risk.share, 0.01);
  EXPECT_NEAR(risk.share_upper, 0.046557, 1e-5);  // one of 100: P(Bin(100, 0.046557) <= 1) = 5 %
  EXPECT_DOUBLE_EQ(risk.rows[0].point, 0.01);
  EXPECT_NEAR(risk.rows[2].point, 0.63397, 1e-5);
  EXPECT_EQ(risk.even_odds, 69U);
  EXPECT_EQ(risk.even_odds_upper, 15U);  // ln 0.5 / ln(1 - 0.046557) = 14.54
}

TEST(FleetRisk, OfAllOver) {
  const FleetRisk risk = fleet_risk({.over = 3, .count = 3, .effective_sample_size = 3});
  EXPECT_EQ(risk.share_upper, 1.0);
  EXPECT_EQ(risk.rows[0].point, 1.0);
  EXPECT_EQ(risk.even_odds, 1U);
}

TEST(FleetRisk, RejectsNonsense) {
  EXPECT_THROW(static_cast<void>(fleet_risk({})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(fleet_risk({.over = 2, .count = 1, .effective_sample_size = 1})),
               std::invalid_argument);
  EXPECT_THROW(static_cast<void>(fleet_risk({.over = 0, .count = 1, .effective_sample_size = 2})),
               std::invalid_argument);
}

// Ten slow queries in one burst among 1000.
TEST(FleetRisk, EvidenceOfARun) {
  std::vector<std::int64_t> values(1000, 100);
  std::fill(values.begin() + 500, values.begin() + 510, 900);
  const FleetEvidence evidence = fleet_evidence(LatencyDistribution(values), {Percentile::of_percent(99), 500ns});
  EXPECT_EQ(evidence.over, 10U);
  EXPECT_EQ(evidence.count, 1000U);
  EXPECT_LT(evidence.effective_sample_size, 300.0);
  // Nine pairs of neighbours over: (9 x 0.99^2 - 2 x 0.99 x 0.01 + 988 x 0.01^2) / (10 x 0.99)
  EXPECT_NEAR(evidence.autocorrelation.value(), 8.9 / 9.9, 1e-3);
}

}  // namespace
}  // namespace assay
