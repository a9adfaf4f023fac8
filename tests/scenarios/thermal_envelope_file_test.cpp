#include "scenarios/thermal_envelope_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "scenarios/thermal_model.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kPhone =
    "name = \"phone\"\n"
    "source = \"assumed, not measured\"\n"
    "ambient_c = 25\n"
    "resistance_k_per_w = 9.0\n"
    "time_constant_s = 120.0\n"
    "trip_c = 43.0\n"
    "idle_w = 0.5\n"
    "peak_w = 6.0\n";

ThermalEnvelope shipped(const std::string& name) {
  return read_thermal_envelope(std::string{ASSAY_ENVELOPES} + "/" + name + ".toml");
}

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(thermal_envelope_from_toml(text, "my.toml"));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ThermalEnvelopeFile, ReadsValuesAndLeavesTheRestAsItIs) {
  const ThermalEnvelope phone = thermal_envelope_from_toml(kPhone, "my.toml");
  EXPECT_EQ(phone.name, "phone");
  EXPECT_EQ(phone.ambient_c, 25.0);
  EXPECT_EQ(phone.peak_w, 6.0);
  EXPECT_EQ(phone.poll_period, 1s);
  EXPECT_EQ(phone.hysteresis_k, 1.0);
  const ThermalEnvelope other =
      thermal_envelope_from_toml(kPhone + "poll_period_s = 0.25\nsteps = [1, 0.5]\ntime_compression = 10", "my.toml");
  EXPECT_EQ(other.poll_period, 250ms);
  EXPECT_THAT(other.steps, ElementsAre(1.0, 0.5));
  EXPECT_EQ(other.time_compression, 10.0);
}

TEST(ThermalEnvelopeFile, ARefusalNamesFileLineAndRemedy) {
  EXPECT_EQ(
      refusal(kPhone + "trip = 4"),
      "my.toml, line 9: unknown key trip; known are name, source, ambient_c, resistance_k_per_w, time_constant_s, "
      "trip_c, idle_w, peak_w, hysteresis_k, steps, poll_period_s, time_compression");
  EXPECT_EQ(refusal("name = \"a\""), "my.toml: lacks source; add a line such as source = \"assumed, not measured\"");
  EXPECT_EQ(refusal(kPhone + "hysteresis_k = \"1\""),
            "my.toml, line 9: hysteresis_k is of another type; write it like hysteresis_k = 1.0");
  EXPECT_EQ(refusal(kPhone + "\nsteps = [1.0, \"x\"]"),
            "my.toml, line 10: steps is of another type; write it like steps = [1.0, 0.8, 0.6]");
  EXPECT_EQ(refusal(kPhone + "poll_period_s = inf"), "my.toml, line 9: poll_period_s is 3.2e+07, must be 0.01 to 60 s");
  EXPECT_THAT(refusal(kPhone + "steps = [2.0]\npoll_period_s = nan"),
              AllOf(StartsWith("my.toml, line 10: poll_period_s is 0, must be"), HasSubstr("(and 1 more to correct)")));
  EXPECT_THAT(refusal(kPhone + "steps = [1.0"), StartsWith("my.toml, line 9: no TOML: "));
}

TEST(ThermalEnvelopeFile, TextThatIsNoEnvelopeIsRefusedBeforeItIsParsed) {
  EXPECT_THAT(refusal(std::string(kMostEnvelopeBytes + 1, '#')), HasSubstr("longer than 65536 bytes"));
  std::string deep = kPhone + "a";
  for (int i = 0; i < 20'000; ++i) {
    deep += ".a";
  }
  EXPECT_THAT(refusal(deep + " = 1"), StartsWith("my.toml, line 9: is longer than 1000 characters"));
  EXPECT_THAT(refusal(kPhone + "x = {a = 1}"), StartsWith("my.toml, line 9: holds '{'"));
}

TEST(ThermalEnvelopeFile, AFileThatCannotBeReadIsNamed) {
  EXPECT_THAT([] { static_cast<void>(shipped("no-such")); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("no-such.toml: cannot be read")));
}

TEST(ThermalEnvelopeFile, TheShippedOnesSayThatTheyAreAssumed) {
  for (const char* name : {"phone", "phone-60fps", "laptop", "server", "blocked-airflow"}) {
    const ThermalEnvelope envelope = shipped(name);
    EXPECT_EQ(envelope.name, name);
    EXPECT_EQ(envelope.source, "assumed, not measured");
  }
}

std::optional<Nanoseconds> trip_time(const std::string& name) {
  const ThermalEnvelope envelope = shipped(name);
  return time_to_trip(envelope, steady_temperature_c(envelope, 1.0, 0.0));
}

TEST(ThermalEnvelopeFile, TheShippedOnesTripWhenTheirCommentsSay) {
  EXPECT_NEAR(seconds(trip_time("phone").value()), 38.2, 0.1);
  EXPECT_NEAR(seconds(trip_time("laptop").value()), 108.0, 0.5);
  EXPECT_NEAR(seconds(trip_time("blocked-airflow").value()), 63.5, 0.1);
  EXPECT_FALSE(trip_time("server"));
  EXPECT_NEAR(sustained_factor(shipped("phone")), 0.65, 0.005);
  EXPECT_NEAR(sustained_factor(shipped("laptop")), 0.89, 0.005);
  EXPECT_NEAR(sustained_factor(shipped("blocked-airflow")), 0.87, 0.005);
}

// Frames of 10.8 ms that begin at a vsync, and are shown at one.
TEST(ThermalEnvelopeFile, SixtyFramesASecondForThirtySecondsThenTen) {
  ThermalModel model(shipped("phone-60fps"));
  for (int second = 1; second <= 600; ++second) {
    const double periods = 0.0108 / model.state().factor * 60.0;
    const double shown_after = std::ceil(periods);
    EXPECT_NEAR(60.0 / shown_after, second <= 30 ? 60.0 : 10.0, 1e-9) << "in second " << second;
    model.advance(1s, periods / shown_after);
  }
  // 93.5 s ln((29.630 - 29.5) / (29.56 - 29.5)) = 72 s of rest from what ten minutes of load leave.
  model.advance(60s, 0.0);
  EXPECT_LT(model.state().factor, 1.0);
  model.advance(30s, 0.0);
  EXPECT_EQ(model.state().factor, 1.0);
}

}  // namespace
}  // namespace assay
