#include "harness/energy_meter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Sensor counter(std::optional<double> wraps_at_j) {
  return {.name = "RAPL package-0",
          .quantity = SensorQuantity::energy_j,
          .source = "/sys/class/powercap/intel-rapl:0/energy_uj",
          .wraps_at_j = wraps_at_j};
}

TEST(EnergyMeter, CountsFromTheFirstReadingAcrossWraps) {
  EnergyMeter meter(counter(1000.0));
  meter.add(Instant{10s}, 700.0);
  meter.add(Instant{12s}, 900.0);  // +200
  meter.add(Instant{14s}, 50.0);   // 900 -> 1000 -> 50: +150
  meter.add(Instant{15s}, std::nullopt);
  meter.add(Instant{18s}, 950.0);  // +900
  meter.add(Instant{19s}, 50.0);   // +100
  const auto all = meter.since_start();
  ASSERT_TRUE(all);
  EXPECT_EQ(all->boundary, "RAPL package-0");
  EXPECT_DOUBLE_EQ(all->joules, 1350.0);
  EXPECT_EQ(all->over, 9s);
  EXPECT_DOUBLE_EQ(all->mean_power_w(), 150.0);
  EXPECT_DOUBLE_EQ(meter.last_interval()->joules, 100.0);
  EXPECT_DOUBLE_EQ(meter.last_interval()->mean_power_w(), 100.0);
}

TEST(EnergyMeter, AFailedReadingLeavesALongerInterval) {
  EnergyMeter meter(counter(1000.0));
  meter.add(Instant{1s}, 10.0);
  meter.add(Instant{2s}, std::nullopt);
  meter.add(Instant{3s}, 50.0);
  EXPECT_DOUBLE_EQ(meter.last_interval()->mean_power_w(), 20.0);
}

TEST(EnergyMeter, OneReadingIsNoEnergy) {
  EnergyMeter meter(counter(1000.0));
  EXPECT_THAT(meter.since_start().reason(), HasSubstr("fewer than two readings"));
  meter.add(Instant{1s}, 10.0);
  EXPECT_FALSE(meter.since_start());
  EXPECT_FALSE(meter.last_interval());
}

TEST(EnergyMeter, ACounterThatGoesBackWithoutARangeGivesNoFigure) {
  EnergyMeter meter(counter(std::nullopt));
  meter.add(Instant{1s}, 100.0);
  meter.add(Instant{2s}, 5.0);
  meter.add(Instant{3s}, 15.0);
  EXPECT_THAT(meter.since_start().reason(), HasSubstr("RAPL package-0: the counter went back"));
}

TEST(EnergyMeter, ACounterBeyondItsRangeDidNotWrapThere) {
  EnergyMeter meter(counter(1000.0));
  meter.add(Instant{1s}, 1500.0);
  meter.add(Instant{2s}, 5.0);
  EXPECT_FALSE(meter.since_start());
}

}  // namespace
}  // namespace assay
