#include "analysis/soak_record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/analysis/recorded_tests.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// `seconds` of samples at the clock that `clock_hz` gives for each second.
SoakEvidence evidence(int length_s, const std::function<double(int)>& clock_hz) {
  SoakEvidence result{.watched = {.series = {.probe_cpus = {0}, .period = 1s}, .begin = Instant{5s}}};
  for (int i = 0; i < length_s; ++i) {
    MachineSample sample;
    sample.sensors.at = Instant{5s} + (i + 1) * 1s;
    sample.clock_hz = {clock_hz(i)};
    sample.steal = 0.0;
    sample.foreign = 0.01;
    result.watched.series.samples.push_back(sample);
  }
  return result;
}

/// A closed loop at 1000/s for a minute and at 800/s for two.
TestResult slowing_test() {
  std::vector<Nanoseconds> latencies(60'000, 1ms);
  latencies.insert(latencies.end(), 96'000, 1250us);
  return single_stream_test(latencies);
}

TEST(SoakRecordOfATest, AClockThatFellWithTheThroughputIsNamed) {
  const TestResult result = slowing_test();
  SoakEvidence seen = evidence(180, [](int second) { return second < 60 ? 3.0e9 : 2.4e9; });
  seen.ambient_c = 23.0;
  const SoakRecord soak = soak_record(result, distributions_of(result), seen);
  ASSERT_TRUE(soak.audit.has_value());
  EXPECT_EQ(soak.verdict.cause, SustainedCause::clock_drop);
  EXPECT_NEAR(soak.audit->sustained_to_peak, 0.8, 1e-3);
  EXPECT_NEAR(soak.audit->time_to_throttle_s.value(), 60.0, 1.0);
  EXPECT_THAT(soak.loop_p99_s, SizeIs(20));
  EXPECT_NEAR(soak.loop_p99_s.front().point.value(), 1e-3, 1e-9);
  EXPECT_NEAR(soak.loop_p99_s.back().point.value(), 1.25e-3, 1e-9);
  EXPECT_EQ(soak.ambient_c, 23.0);
}

// The model ends a minute at 43.2 degrees C and goes down to 0.8 of the clock.
TEST(SoakRecordOfATest, AnEmulatedDeviceThrottlesByItsModel) {
  const TestResult result = slowing_test();
  SoakEvidence seen = evidence(180, [](int) { return 3.0e9; });
  seen.emulated = EnvelopeRecord{.name = "phone", .ambient_c = 25.0, .resistance_k_per_w = 9.0, .trip_c = 43.0};
  for (int i = 1; i <= 180; ++i) {
    seen.emulated->trace.push_back({.t_s = static_cast<double>(i),
                                    .factor = i < 60 ? 1.0 : 0.8,
                                    .temperature_c = i < 60 ? 42.0 : 43.2,
                                    .utilisation = 1.0});
  }
  const SoakRecord soak = soak_record(result, distributions_of(result), seen);
  EXPECT_EQ(soak.verdict.cause, SustainedCause::thermal);
  EXPECT_EQ(soak.watch.temperature_of, "EMULATED phone");
  EXPECT_EQ(soak.trip_temperature_c, 43.0);
  EXPECT_FALSE(soak.points[30].throttle_flag.value());
  EXPECT_DOUBLE_EQ(soak.points[30].clock_hz.value(), 3.0e9);
  EXPECT_TRUE(soak.points[100].throttle_flag.value());
  EXPECT_NEAR(soak.points[100].clock_hz.value(), 2.4e9, 1.0);
  EXPECT_DOUBLE_EQ(soak.points[100].temperature_c.value(), 43.2);
  EXPECT_NEAR(soak.audit->time_to_throttle_s.value(), 60.0, 1.0);
}

// The factor falls to a half within the second that begins at 30 s, a quarter of it left; the trace is full at 100 s.
TEST(SoakRecordOfATest, AnEmulatedClockIsWeightedByTimeAndEndsWithItsTrace) {
  const TestResult result = slowing_test();
  SoakEvidence seen = evidence(180, [](int) { return 2.0e9; });
  seen.emulated = EnvelopeRecord{.name = "phone", .ambient_c = 25.0, .resistance_k_per_w = 9.0, .idle_w = 0.5};
  seen.emulated->trace = {{.t_s = 30.75, .factor = 0.5, .temperature_c = 44.0}, {.t_s = 100.0, .factor = 0.5}};
  seen.emulated->no_room_count = 80;
  seen.watched.series.sensors = {{.name = "RAPL package-0", .quantity = SensorQuantity::energy_j}};
  for (MachineSample& sample : seen.watched.series.samples) {
    sample.sensors.values = {seconds(sample.sensors.at.time_since_epoch())};
  }
  const SoakRecord soak = soak_record(result, distributions_of(result), seen);
  EXPECT_NEAR(soak.points[30].clock_hz.value(), 2.0e9 * 0.875, 1.0);
  EXPECT_TRUE(soak.points[30].throttle_flag.value());
  EXPECT_DOUBLE_EQ(soak.points[29].temperature_c.value(), 29.5);
  EXPECT_NEAR(soak.points[99].clock_hz.value(), 1.0e9, 1.0);
  EXPECT_FALSE(soak.points[100].clock_hz.has_value());
  EXPECT_FALSE(soak.points[100].throttle_flag.has_value());
  EXPECT_TRUE(soak.energy.empty());
  EXPECT_FALSE(soak.points[50].power_w.has_value());
  EXPECT_THAT(soak.no_energy, HasSubstr("the emulated clock spins"));
}

TEST(SoakRecordOfATest, ASoakThatIsTooShortHasPointsAndAReason) {
  const TestResult result = single_stream_test(std::vector<Nanoseconds>(10'000, 1ms));
  const SoakRecord soak = soak_record(result, distributions_of(result), evidence(10, [](int) { return 3e9; }));
  EXPECT_FALSE(soak.audit.has_value());
  EXPECT_EQ(soak.no_audit, "10 points are too few for 20 loops: needs 40");
  EXPECT_EQ(soak.verdict.cause, SustainedCause::undecided);
  EXPECT_THAT(soak.points, SizeIs(10));
}

}  // namespace
}  // namespace assay
