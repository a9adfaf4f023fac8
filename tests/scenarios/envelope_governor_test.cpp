#include "scenarios/envelope_governor.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "harness/simulated_clock.hpp"
#include "tests/scenarios/thermal_envelopes.hpp"

namespace assay {
namespace {

using namespace std::chrono_literals;

/// 60 frames a second for 30 s, a sixth of it from then on, with frames that take the whole of their period.
ThermalEnvelope game_envelope() {
  ThermalEnvelope envelope = phone_envelope();
  envelope.time_constant_s = 154.0;
  envelope.peak_w = 9.0;
  envelope.hysteresis_k = 13.3;
  envelope.steps = {1.0, 1.0 / 6.0};
  return envelope;
}

TEST(EnvelopeGovernor, FramesFallFromSixtyToTenASecond) {
  SimulatedClock clock;
  EmulatedClock emulated;
  Dilator dilator(emulated, clock);
  EnvelopeGovernor governor(game_envelope(), emulated, clock);
  governor.begin();
  // A closed loop: the next frame begins when one has ended. The governor steps at each full second.
  for (int second = 1; second <= 120; ++second) {
    clock.at(Instant{std::chrono::seconds{second}}, [&governor] { governor.step(); });
  }
  constexpr Nanoseconds kFrame = Nanoseconds{1s} / 60;
  int early = 0;
  int late = 0;
  while (clock.now() < Instant{100s}) {
    clock.wait_until(clock.now() + kFrame);
    dilator.after_chunk(kFrame);
    early += clock.now() <= Instant{30s} ? 1 : 0;
    late += clock.now() > Instant{40s} && clock.now() <= Instant{100s} ? 1 : 0;
  }
  EXPECT_NEAR(early, 1800, 1);
  EXPECT_NEAR(late, 600, 1);
  EXPECT_EQ(governor.model().state().factor, 1.0 / 6.0);
}

TEST(EnvelopeGovernor, UtilisationIsTheShareThatWorkersReport) {
  SimulatedClock clock;
  EmulatedClock emulated;
  emulated.add_busy(1h);  // before it began
  EnvelopeGovernor governor(phone_envelope(), emulated, clock, {.workers = 4});
  governor.begin();
  clock.spend(1s);
  emulated.add_busy(1s);
  governor.step();
  clock.spend(2s);
  emulated.add_busy(6s);
  governor.step();
  ASSERT_EQ(governor.trace().size(), 2U);
  EXPECT_DOUBLE_EQ(governor.trace()[0].utilisation, 0.25);
  EXPECT_DOUBLE_EQ(governor.trace()[1].utilisation, 0.75);
  EXPECT_EQ(governor.trace()[1].at, Instant{3s});
}

TEST(EnvelopeGovernor, TheHeatOfALongQueryComesLateAndWhole) {
  SimulatedClock clock;
  EmulatedClock emulated;
  EnvelopeGovernor governor(phone_envelope(), emulated, clock);
  governor.begin();
  const std::vector<Nanoseconds> reported{0s, 0s, 3s, 0s, 0s, 0s};
  for (const Nanoseconds busy : reported) {
    clock.spend(1s);
    emulated.add_busy(busy);
    governor.step();
  }
  std::vector<double> utilisations;
  for (const EnvelopePoint& point : governor.trace()) {
    utilisations.push_back(point.utilisation);
  }
  EXPECT_EQ(utilisations, (std::vector<double>{0.0, 0.0, 1.0, 1.0, 1.0, 0.0}));
}

TEST(EnvelopeGovernor, RunsOncePerPollUntilItIsStoppedAndGivesTheClockBack) {
  SimulatedClock clock;
  EmulatedClock emulated;
  ThermalEnvelope envelope = phone_envelope();  // trips after 38.2 s of the model
  envelope.time_compression = 10.0;
  EnvelopeGovernor governor(envelope, emulated, clock);
  std::stop_source stop;
  double last_factor = 1.0;
  for (int tenth = 1; tenth <= 50; ++tenth) {
    clock.at(Instant{tenth * 100ms - 1ms}, [&] {
      last_factor = emulated.factor();
      emulated.add_busy(100ms);
    });
  }
  clock.at(Instant{4950ms}, [&stop] { stop.request_stop(); });
  governor.run(stop.get_token());
  EXPECT_EQ(clock.now(), Instant{4950ms});
  ASSERT_EQ(governor.trace().size(), 49U);
  EXPECT_EQ(governor.trace()[37].factor, 1.0);
  EXPECT_EQ(governor.trace()[38].factor, 0.9);  // at 3.9 s, 39 s of the model
  EXPECT_EQ(governor.trace()[38].at, Instant{3900ms});
  EXPECT_LT(last_factor, 1.0);
  EXPECT_EQ(emulated.factor(), 1.0);
}

TEST(EnvelopeGovernor, AFullTraceSaysSoAndTheModelGoesOn) {
  SimulatedClock clock;
  EmulatedClock emulated;
  EnvelopeGovernor governor(phone_envelope(), emulated, clock, {.most_points = 2});
  governor.begin();
  for (int i = 0; i < 5; ++i) {
    clock.spend(1s);
    governor.step();
  }
  governor.step();  // no time has passed
  EXPECT_EQ(governor.trace().size(), 2U);
  EXPECT_EQ(governor.no_room_count(), 3U);
  EXPECT_EQ(governor.model().model_time(), 5s);
}

TEST(EnvelopeGovernor, NeedsAWorkerAndAnEnvelope) {
  SimulatedClock clock;
  EmulatedClock emulated;
  EXPECT_THROW(EnvelopeGovernor(phone_envelope(), emulated, clock, {.workers = 0}), std::invalid_argument);
  EXPECT_THROW(EnvelopeGovernor(ThermalEnvelope{}, emulated, clock), std::invalid_argument);
}

}  // namespace
}  // namespace assay
