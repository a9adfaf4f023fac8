#include "scenarios/thermal_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <stdexcept>

#include "tests/scenarios/thermal_envelopes.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

TEST(ThermalModel, BeginsIdleAndHeatsAsTheExponentialSays) {
  ThermalModel model(phone_envelope());
  EXPECT_DOUBLE_EQ(model.state().temperature_c, 29.5);
  EXPECT_EQ(model.state().factor, 1.0);
  const auto later = model.advance(20s, 1.0);
  EXPECT_NEAR(later.temperature_c, 79.0 - 49.5 * std::exp(-20.0 / 120.0), 1e-9);
  EXPECT_EQ(later.factor, 1.0);
}

TEST(ThermalModel, TripsAtTheFirstPollAfterTheClosedForm) {
  ThermalModel model(phone_envelope());  // 38.2 s
  EXPECT_EQ(model.advance(38s, 1.0).factor, 1.0);
  EXPECT_EQ(model.advance(999ms, 1.0).factor, 1.0);
  EXPECT_EQ(model.advance(1ms, 1.0).factor, 0.9);
}

TEST(ThermalModel, DoesNotDependOnHowTimeIsCut) {
  ThermalModel whole(phone_envelope());
  ThermalModel pieces(phone_envelope());
  for (int i = 0; i < 3000; ++i) {
    pieces.advance(70ms, 1.0);
  }
  const auto expected = whole.advance(210s, 1.0);
  EXPECT_NEAR(pieces.state().temperature_c, expected.temperature_c, 1e-9);
  EXPECT_EQ(pieces.state().factor, expected.factor);
  EXPECT_EQ(pieces.model_time(), 210s);
}

TEST(ThermalModel, AnIdleDeviceStaysAsItIs) {
  ThermalModel model(phone_envelope());
  EXPECT_DOUBLE_EQ(model.advance(1h, 0.0).temperature_c, 29.5);
  EXPECT_EQ(model.state().factor, 1.0);
}

TEST(ThermalModel, UtilisationIsHeldBetweenNothingAndAll) {
  ThermalModel model(phone_envelope());
  ThermalModel beyond(phone_envelope());
  EXPECT_EQ(beyond.advance(10s, 7.0).temperature_c, model.advance(10s, 1.0).temperature_c);
  EXPECT_EQ(beyond.advance(10s, -7.0).temperature_c, model.advance(10s, 0.0).temperature_c);
}

TEST(ThermalModel, SustainsNoMoreThanTheClosedForm) {
  ThermalModel model(phone_envelope());
  model.advance(300s, 1.0);
  const double begin_c = model.state().temperature_c;
  constexpr int kSeconds = 300;
  constexpr double kPerSecond = 100.0;
  double factors = 0.0;
  double cubes = 0.0;
  double temperatures = 0.0;
  for (int i = 0; i < kSeconds * static_cast<int>(kPerSecond); ++i) {
    const double factor = model.state().factor;
    factors += factor;
    cubes += factor * factor * factor;
    temperatures += model.advance(10ms, 1.0).temperature_c;
  }
  const double count = kSeconds * kPerSecond;
  // What went in is what went out and what is left: P = (T - T_ambient) / R + tau dT / (R t).
  const double power_w = 0.5 + 5.5 * cubes / count;
  const double out_w = (temperatures / count - 25.0) / 9.0;
  const double kept_w = 120.0 * (model.state().temperature_c - begin_c) / (9.0 * kSeconds);
  EXPECT_NEAR(power_w, out_w + kept_w, 0.002);
  // By Jensen's inequality the mean factor is at most the cube root of the mean cube. Here the mean temperature is
  // about half the hysteresis below the trip point: 0.1 W less than the 2 W of the closed form.
  EXPECT_LT(factors / count, std::cbrt(cubes / count));
  EXPECT_LT(factors / count, sustained_factor(phone_envelope()));
  EXPECT_GT(factors / count, 0.6);
}

TEST(ThermalModel, TheClockComesBackBelowTheHysteresisOnly) {
  ThermalEnvelope envelope = phone_envelope();
  envelope.steps = {1.0, 0.5};
  ThermalModel model(envelope);
  model.advance(39s, 1.0);
  ASSERT_EQ(model.state().factor, 0.5);
  std::optional<double> back_at_c;
  double before_c = model.state().temperature_c;
  for (int i = 0; i < 100 && !back_at_c; ++i) {
    if (model.advance(1s, 0.0).factor == 1.0) {
      back_at_c = model.state().temperature_c;
      EXPECT_GE(before_c, 42.0);
    }
    before_c = model.state().temperature_c;
  }
  ASSERT_TRUE(back_at_c);
  EXPECT_LT(*back_at_c, 42.0);
}

TEST(ThermalModel, CompressionLetsMoreTimePass) {
  ThermalEnvelope fast = phone_envelope();
  fast.time_compression = 10.0;
  ThermalModel compressed(fast);
  ThermalModel real(phone_envelope());
  EXPECT_NEAR(compressed.advance(6s, 1.0).temperature_c, real.advance(60s, 1.0).temperature_c, 1e-9);
  EXPECT_EQ(compressed.model_time(), 60s);
  EXPECT_EQ(compressed.state().factor, real.state().factor);
}

TEST(ThermalModel, RefusesAnEnvelopeThatIsNone) {
  EXPECT_THROW(ThermalModel(ThermalEnvelope{}), std::invalid_argument);
}

}  // namespace
}  // namespace assay
