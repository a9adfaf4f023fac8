#include "scenarios/thermal_envelope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/scenarios/thermal_envelopes.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ThermalEnvelope, TripsWhenTheExponentialSaysSo) {
  const ThermalEnvelope phone = phone_envelope();
  EXPECT_DOUBLE_EQ(steady_temperature_c(phone, 1.0, 1.0), 79.0);
  EXPECT_DOUBLE_EQ(steady_temperature_c(phone, 1.0, 0.0), 29.5);
  EXPECT_DOUBLE_EQ(steady_temperature_c(phone, 0.5, 1.0), 25.0 + 9.0 * (0.5 + 5.5 / 8.0));
  // 120 s ln(49.5 / 36) = 38.2 s
  EXPECT_NEAR(seconds(time_to_trip(phone, 29.5).value()), 120.0 * std::log(49.5 / 36.0), 1e-8);
  EXPECT_NEAR(seconds(time_to_trip(phone, 29.5).value()), 38.2, 0.05);
  EXPECT_EQ(time_to_trip(phone, 43.0), 0ns);
  EXPECT_EQ(time_to_trip(phone, 50.0), 0ns);
}

TEST(ThermalEnvelope, SustainsWhatTheHeatAtTheTripPointAllows) {
  // 18 K / 9 K/W = 2 W; ((2 - 0.5) / 5.5)^(1/3) = 0.6485
  EXPECT_NEAR(sustained_factor(phone_envelope()), 0.6485, 1e-4);
}

TEST(ThermalEnvelope, ADeviceThatIsCooledWellNeverTrips) {
  ThermalEnvelope cool = phone_envelope();
  cool.trip_c = 79.0;
  EXPECT_FALSE(time_to_trip(cool, 29.5));
  EXPECT_EQ(sustained_factor(cool), 1.0);
}

auto fault(const char* key, const char* text) {
  return Contains(AllOf(Field(&EnvelopeFault::key, key), Field(&EnvelopeFault::text, HasSubstr(text))));
}

TEST(ThermalEnvelope, EveryFaultIsToldAtOnce) {
  EXPECT_THAT(faults_of(phone_envelope()), IsEmpty());
  ThermalEnvelope bad = phone_envelope();
  bad.name = "../phone";
  bad.source = "";
  bad.ambient_c = std::numeric_limits<double>::quiet_NaN();
  bad.resistance_k_per_w = 0.0;
  bad.hysteresis_k = -1.0;
  bad.steps = {1.0, 0.5, 0.5};
  bad.poll_period = 0s;
  const auto faults = faults_of(bad);
  EXPECT_EQ(faults.size(), 7U);
  EXPECT_THAT(faults, fault("ambient_c", "is nan, must be -40 to 80 degrees C"));
  EXPECT_THAT(faults, fault("resistance_k_per_w", "must be 0.001 to 1000 K/W"));
  EXPECT_THAT(faults, fault("steps", "must begin with 1 and fall"));
  EXPECT_THAT(faults, fault("name", "letters"));
}

TEST(ThermalEnvelope, StepsBeginAtFullClockAndStayAboveNothing) {
  for (const std::vector<double>& steps : {std::vector<double>{},
                                           {0.9, 0.5},
                                           {1.0, 0.0},
                                           {1.0, std::numeric_limits<double>::quiet_NaN()},
                                           std::vector<double>(33, 1.0)}) {
    ThermalEnvelope bad = phone_envelope();
    bad.steps = steps;
    EXPECT_THAT(faults_of(bad), fault("steps", "must"));
  }
}

TEST(ThermalEnvelope, WhatTripsWhenIdleIsRefused) {
  ThermalEnvelope bad = phone_envelope();
  bad.trip_c = 29.5;
  EXPECT_THAT(faults_of(bad), fault("trip_c", "above the idle temperature"));
  bad = phone_envelope();
  bad.peak_w = 0.5;
  EXPECT_THAT(faults_of(bad), fault("peak_w", "above idle_w (0.5 W)"));
  bad = phone_envelope();
  bad.poll_period = 100ms;
  bad.time_compression = 200.0;
  EXPECT_THAT(faults_of(bad), fault("time_compression", "0.001 s or more"));
}

}  // namespace
}  // namespace assay
