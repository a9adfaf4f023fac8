#include "analysis/audit_crossover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace assay {
namespace {

using ::testing::HasSubstr;

EstimateRecord about(double point, double log_half) {
  return {.point = point, .lower = point * std::exp(-log_half), .upper = point * std::exp(log_half), .reason = ""};
}

AuditSystem system_of(const char* letter, double peak, double bandwidth, double log_half = 0.01) {
  AuditSystem system{.letter = letter, .name = "box"};
  system.roofs.peak = about(peak, log_half);
  system.roofs.bandwidth = about(bandwidth, log_half);
  system.roofs.ridge = ridge_of(system.roofs);
  return system;
}

AuditSystem stated_system(const char* letter, double peak, double bandwidth) {
  AuditSystem system{.letter = letter, .name = "device", .kind = SystemKind::datasheet};
  system.roofs.peak.point = peak;
  system.roofs.bandwidth.point = bandwidth;
  system.roofs.stated = true;
  return system;
}

TEST(Crossover, IsThePeakOfTheWideOneOverTheBandwidthOfTheTallOne) {
  const std::vector<AuditSystem> systems{system_of("A", 100e9, 10e9), system_of("B", 50e9, 25e9)};
  const AuditCrossover found = crossover_of(systems, 0, 1);
  EXPECT_EQ(found.state, CrossoverState::crosses);
  EXPECT_EQ(found.wins_below, 1U);
  EXPECT_EQ(found.wins_above, 0U);
  EXPECT_DOUBLE_EQ(*found.intensity.point, 5.0);  // 50e9 / 10e9
  EXPECT_NEAR(*found.intensity.lower, 5.0 * std::exp(-0.01 * std::sqrt(2.0)), 1e-9);
  EXPECT_NEAR(*found.intensity.upper, 5.0 * std::exp(0.01 * std::sqrt(2.0)), 1e-9);
  EXPECT_EQ(side_of(found, 0.5), -1);
  EXPECT_EQ(side_of(found, 5.0), 0);
  EXPECT_EQ(side_of(found, 50.0), 1);
  EXPECT_THAT(found.sentence, HasSubstr("tie at 5.0"));
  EXPECT_THAT(found.sentence, HasSubstr("B is ahead only below it"));
}

TEST(Crossover, IsWhereBothRoofsLetTheSameThrough) {
  // Whatever the figures: the formula must put both roofs at one height, one flat and one still rising.
  for (const double peak_b : {20e9, 50e9, 99e9}) {
    for (const double bandwidth_b : {11e9, 40e9, 400e9}) {
      const std::vector<AuditSystem> systems{system_of("A", 100e9, 10e9, 1e-6),
                                             system_of("B", peak_b, bandwidth_b, 1e-6)};
      const AuditCrossover found = crossover_of(systems, 0, 1);
      const double tie = *found.intensity.point;
      EXPECT_DOUBLE_EQ(*attainable_at(systems[0].roofs, tie).point, *attainable_at(systems[1].roofs, tie).point);
      EXPECT_GT(*attainable_at(systems[1].roofs, 0.9 * tie).point, *attainable_at(systems[0].roofs, 0.9 * tie).point);
      EXPECT_LT(*attainable_at(systems[1].roofs, 1.1 * tie).point, *attainable_at(systems[0].roofs, 1.1 * tie).point);
    }
  }
}

TEST(Crossover, DoesNotDependOnTheOrder) {
  const std::vector<AuditSystem> systems{system_of("A", 50e9, 25e9), system_of("B", 100e9, 10e9)};
  const AuditCrossover found = crossover_of(systems, 0, 1);
  EXPECT_DOUBLE_EQ(*found.intensity.point, 5.0);
  EXPECT_EQ(found.wins_below, 0U);
  EXPECT_EQ(found.wins_above, 1U);
}

TEST(Crossover, ThereIsNoneWhereOneRoofIsHigherEverywhere) {
  const AuditCrossover found = crossover_of({system_of("A", 100e9, 10e9), system_of("B", 200e9, 20e9)}, 0, 1);
  EXPECT_EQ(found.state, CrossoverState::dominates);
  EXPECT_FALSE(found.intensity.point);
  EXPECT_THAT(found.sentence, HasSubstr("the roof of B is the higher at every intensity"));
}

TEST(Crossover, IsNotClaimedWhereIntervalsOverlap) {
  const AuditCrossover found = crossover_of({system_of("A", 100e9, 10e9, 0.1), system_of("B", 99e9, 20e9, 0.1)}, 0, 1);
  EXPECT_EQ(found.state, CrossoverState::undecided);
  EXPECT_FALSE(found.intensity.point);
  EXPECT_THAT(found.sentence, HasSubstr("the peaks of A and B cannot be told apart: B is ahead where bandwidth binds"));
}

TEST(Crossover, OfTwoDatasheetsHasNoInterval) {
  // H100 against H200 of equal peaks, and H100 against MI300X of more of both.
  const AuditCrossover equal =
      crossover_of({stated_system("A", 989e12, 3350e9), stated_system("B", 989e12, 4800e9)}, 0, 1);
  EXPECT_EQ(equal.state, CrossoverState::undecided);
  EXPECT_THAT(equal.sentence, HasSubstr("are equal: B is ahead where bandwidth binds"));
  const AuditCrossover crossing =
      crossover_of({stated_system("A", 125e12, 273e9), stated_system("B", 65e12, 320e9)}, 0, 1);
  EXPECT_EQ(crossing.state, CrossoverState::crosses);
  EXPECT_NEAR(*crossing.intensity.point, 65e12 / 273e9, 1e-9);
  EXPECT_FALSE(crossing.intensity.lower);
}

TEST(Crossover, TakesAStatedFigureForANumber) {
  const AuditCrossover found = crossover_of({system_of("A", 1e9, 10e9, 0.02), stated_system("B", 2e9, 5e9)}, 0, 1);
  EXPECT_EQ(found.state, CrossoverState::crosses);
  EXPECT_NEAR(*found.intensity.lower, 0.2 * std::exp(-0.02), 1e-9);  // 1e9 / 5e9
}

TEST(Crossover, SaysWhichSystemHasNoRoofs) {
  std::vector<AuditSystem> systems{system_of("A", 1e9, 1e9), {.letter = "B"}};
  systems[1].roofs.reason = "its bundle holds no roofline";
  EXPECT_EQ(crossover_of(systems, 0, 1).sentence, "not available: B has no roofs: its bundle holds no roofline");
}

TEST(Attainable, CoversWhicheverRoofBinds) {
  const AuditSystem system = system_of("A", 100.0, 10.0, 0.1);
  const EstimateRecord below = attainable_at(system.roofs, 1.0);
  EXPECT_DOUBLE_EQ(*below.point, 10.0);
  EXPECT_NEAR(*below.lower, 10.0 * std::exp(-0.1), 1e-12);
  const EstimateRecord ridge = attainable_at(system.roofs, 10.0);
  EXPECT_DOUBLE_EQ(*ridge.point, 100.0);
  EXPECT_DOUBLE_EQ(*attainable_at(system.roofs, 1000.0).point, 100.0);
}

}  // namespace
}  // namespace assay
