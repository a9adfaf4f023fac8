#include "analysis/soak_sensors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <utility>

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

constexpr Instant kBegin{100s};

/// Four points of two seconds at 500 queries/s.
SoakRecord four_points() {
  SoakRecord soak{.period_s = 2.0};
  for (int i = 0; i < 4; ++i) {
    soak.points.push_back({.t_s = 2.0 * i, .throughput_per_s = 500.0});
  }
  return soak;
}

Sensor sensor(const std::string& name, SensorQuantity quantity, std::vector<TripPoint> trips = {}) {
  return {.name = name, .quantity = quantity, .source = "/given/" + name, .trips = std::move(trips)};
}

/// One sample at the end of each of eight seconds; values[i][s] is what sensor s read in the i-th.
WatchedSeries watched(std::vector<Sensor> sensors, const std::vector<std::vector<std::optional<double>>>& values) {
  WatchedSeries result{.series = {.sensors = std::move(sensors), .period = 1s}, .begin = kBegin};
  for (std::size_t i = 0; i < 8; ++i) {
    MachineSample sample;
    sample.sensors.at = kBegin + (i + 1) * 1s + 1ms;
    for (const auto& column : values) {
      sample.sensors.values.push_back(column.at(i));
    }
    result.series.samples.push_back(std::move(sample));
  }
  return result;
}

TEST(SoakSensors, ReadingsGoToThePointThatTheyTellOf) {
  WatchedSeries series = watched({}, {});
  for (std::size_t i = 0; i < 8; ++i) {
    MachineSample& sample = series.series.samples[i];
    sample.clock_hz = {3e9 - 1e8 * static_cast<double>(i), std::nullopt, 4e9};
    sample.steal = 0.01 * static_cast<double>(i);
    sample.foreign = 0.5;
    sample.involuntary_switches = 10 * i;
  }
  series.series.samples[5].foreign.reset();
  SoakRecord soak = four_points();
  add_readings(soak, series, std::nullopt);
  EXPECT_NEAR(soak.points[0].clock_hz.value(), 2.95e9, 1.0) << "the slowest core, mean of two seconds";
  EXPECT_NEAR(soak.points[3].clock_hz.value(), 2.35e9, 1.0);
  EXPECT_NEAR(soak.points[1].steal_share.value(), 0.025, 1e-12);
  EXPECT_THAT(soak.points[2].foreign_share, Optional(0.5));
  EXPECT_NEAR(soak.points[3].involuntary_switches_per_s.value(), 65.0, 1e-9);
  EXPECT_FALSE(soak.points[0].temperature_c.has_value());
  EXPECT_FALSE(soak.points[0].throttle_flag.has_value());
}

TEST(SoakSensors, TheProcessorSensorNearestItsTripTells) {
  const TripPoint critical{.type = "critical", .temperature_c = 95.0};
  const auto flat = [](double value) { return std::vector<std::optional<double>>(8, value); };
  auto package = flat(80.0);
  package[5] = 91.0;
  SoakRecord soak = four_points();
  add_readings(soak,
               watched({sensor("nvme Composite", SensorQuantity::temperature_c, {critical}),
                        sensor("coretemp Core 0", SensorQuantity::temperature_c, {critical}),
                        sensor("coretemp Package id 0", SensorQuantity::temperature_c,
                               {{.type = "max", .temperature_c = 70.0}, critical}),
                        sensor("k10temp Tdie", SensorQuantity::temperature_c)},
                       {flat(94.0), flat(85.0), package, flat(94.5)}),
               std::nullopt);
  EXPECT_EQ(soak.watch.temperature_of, "coretemp Package id 0");
  EXPECT_THAT(soak.trip_temperature_c, Optional(95.0)) << "a rated maximum is no trip";
  EXPECT_THAT(soak.points[2].temperature_c, Optional(91.0)) << "the highest in the point";
  EXPECT_THAT(soak.points[3].temperature_c, Optional(80.0));
}

TEST(SoakSensors, AnotherSensorTellsWhereTheProcessorHasNone) {
  SoakRecord soak = four_points();
  add_readings(soak,
               watched({sensor("NVML GPU 0 temperature", SensorQuantity::temperature_c),
                        sensor("thermal zone acpitz", SensorQuantity::temperature_c)},
                       {std::vector<std::optional<double>>(8, 90.0), std::vector<std::optional<double>>(8, 45.0)}),
               std::nullopt);
  EXPECT_EQ(soak.watch.temperature_of, "thermal zone acpitz");
  EXPECT_FALSE(soak.trip_temperature_c.has_value());
}

// 8 readings, two a point: 300 W in the first half, 500 W in the second.
TEST(SoakSensors, ABoardsCounterBecomesItsMeanPower) {
  SoakRecord soak = four_points();
  add_readings(soak,
               watched({sensor("NVML GPU 0 instant power", SensorQuantity::power_w),
                        sensor("NVML GPU 0 board energy", SensorQuantity::energy_j)},
                       {{310, 320, 330, 340, 510, 520, 530, 540}, {0, 300, 600, 900, 1400, 1900, 2400, 2900}}),
               std::nullopt);
  ASSERT_THAT(soak.sensors, SizeIs(3));
  EXPECT_THAT(soak.sensors[0].values, ElementsAre(Optional(320.0), Optional(340.0), Optional(520.0), Optional(540.0)));
  EXPECT_EQ(soak.sensors[2].name, "NVML GPU 0 board energy as mean power");
  EXPECT_EQ(soak.sensors[2].quantity, "power_w");
  EXPECT_THAT(soak.sensors[2].values, ElementsAre(Optional(300.0), Optional(300.0), Optional(500.0), Optional(500.0)));
  EXPECT_FALSE(soak.points[0].power_w) << "the processor's power is not the board's";
}

TEST(SoakSensors, AThrottleCountThatRisesIsAFlag) {
  SoakRecord soak = four_points();
  add_readings(soak,
               watched({sensor("thermal_throttle cpu0 core", SensorQuantity::throttle_count),
                        sensor("thermal_throttle cpu1 core", SensorQuantity::throttle_count)},
                       {{7, 7, 7, 7, 9, 9, 9, 9}, {0, 0, 0, 0, 0, 0, 0, 1}}),
               std::nullopt);
  std::vector<std::optional<bool>> flags;
  for (const SoakPoint& point : soak.points) {
    flags.push_back(point.throttle_flag);
  }
  EXPECT_THAT(flags, ElementsAre(Optional(false), Optional(false), Optional(true), Optional(true)));
}

TEST(SoakSensors, EnergyOfEachCounterWithItsIdlePower) {
  Sensor package = sensor("RAPL package-0", SensorQuantity::energy_j);
  package.wraps_at_j = 100.0;
  const Sensor core = sensor("RAPL package-0 core", SensorQuantity::energy_j);
  std::vector<std::optional<double>> joules;
  for (int i = 0; i < 8; ++i) {
    joules.emplace_back((60 + 10 * i) % 100);
  }
  const WatchedSeries idle = watched({package}, {{0, 2, 4, 6, 8, 10, 12, 14}});
  SoakRecord soak = four_points();
  add_readings(soak, watched({package, core}, {joules, {1, 2, 3, 4, 5, 6, 7, 8}}), idle.series);
  ASSERT_THAT(soak.energy, SizeIs(2));
  EXPECT_EQ(soak.energy[0].boundary, "RAPL package-0");
  EXPECT_DOUBLE_EQ(soak.energy[0].energy_j, 70.0) << "across the wrap";
  EXPECT_DOUBLE_EQ(soak.energy[0].mean_power_w, 10.0);
  EXPECT_THAT(soak.energy[0].idle_power_w, Optional(2.0));
  EXPECT_NEAR(soak.energy[0].energy_per_query_j.value(), 0.02, 1e-12);
  EXPECT_NEAR(soak.energy[0].queries_per_j.value(), 50.0, 1e-9);
  EXPECT_FALSE(soak.energy[1].idle_power_w.has_value());
  EXPECT_EQ(soak.watch.power_of, "RAPL package-0") << "the core is a part of it";
  EXPECT_DOUBLE_EQ(soak.points[2].power_w.value(), 10.0);
  EXPECT_THAT(soak.no_energy, IsEmpty());
}

TEST(SoakSensors, BatteriesAddUpWhileTheyAreDischarged) {
  const auto flat = [](double value) { return std::vector<std::optional<double>>(8, value); };
  SoakRecord soak = four_points();
  add_readings(soak,
               watched({sensor("battery BAT0 power", SensorQuantity::power_w),
                        sensor("battery BAT0 discharging", SensorQuantity::on_battery),
                        sensor("battery BAT1 power", SensorQuantity::power_w),
                        sensor("battery BAT1 discharging", SensorQuantity::on_battery)},
                       {flat(20.0), {1, 1, 1, 1, 1, 0, 0, 0}, flat(5.0), {1, 1, 0, 0, 0, 0, 0, 0}}),
               std::nullopt);
  EXPECT_THAT(soak.points[0].power_w, Optional(25.0));
  EXPECT_THAT(soak.points[1].power_w, Optional(20.0));
  EXPECT_FALSE(soak.points[2].power_w.has_value()) << "plugged in within the point";
  EXPECT_FALSE(soak.points[3].power_w.has_value());
  EXPECT_EQ(soak.watch.power_of, "battery BAT0 power, battery BAT1 power");
}

TEST(SoakSensors, AbsentSensorsGiveTheReasonsForNoEnergy) {
  WatchedSeries series = watched({}, {});
  series.series.absences = {{.kind = "RAPL", .why = {"/sys/class/powercap is absent"}},
                            {.kind = "cpufreq", .why = {"no cpufreq"}},
                            {.kind = "NVML", .why = {"libnvidia-ml.so.1 is absent"}}};
  SoakRecord soak = four_points();
  add_readings(soak, series, std::nullopt);
  EXPECT_EQ(soak.no_energy, "RAPL: /sys/class/powercap is absent; NVML: libnvidia-ml.so.1 is absent");
  EXPECT_THAT(soak.absences, SizeIs(3));
}

TEST(SoakSensors, EachSensorHasAValueAPointOrNone) {
  WatchedSeries series =
      watched({sensor("coretemp Core 0", SensorQuantity::temperature_c)}, {{50, 51, 52, 53, 54, 55, 56, 57}});
  series.series.samples.resize(5);  // the sampler's room was full
  SoakRecord soak = four_points();
  add_readings(soak, series, std::nullopt);
  ASSERT_THAT(soak.sensors, SizeIs(1));
  EXPECT_THAT(soak.sensors[0].values, ElementsAre(Optional(51.0), Optional(53.0), Optional(54.0), std::nullopt));
  EXPECT_EQ(soak.sensors[0].quantity, "temperature_c");
  EXPECT_THAT(soak.sensors[0].source, HasSubstr("/given/"));
}

}  // namespace
}  // namespace assay
