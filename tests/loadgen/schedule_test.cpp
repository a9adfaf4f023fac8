#include "loadgen/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

namespace assay {
namespace {

using namespace std::chrono_literals;

std::vector<Nanoseconds> arrivals(const TestSettings& settings, std::size_t count) {
  const auto schedule = make_schedule(settings);
  std::vector<Nanoseconds> times(count);
  for (Nanoseconds& time : times) {
    time = schedule->next();
  }
  return times;
}

TestSettings settings_of(ArrivalProcess process, double rate = 1000.0) {
  TestSettings settings = TestSettings::defaults_for(Scenario::server);
  settings.arrivals = std::move(process);
  settings.server_target_qps = rate;
  settings.seeds = Seeds::from(17);
  return settings;
}

/// Mean gap times rate, and the coefficient of variation of the gaps.
std::pair<double, double> gap_moments(const std::vector<Nanoseconds>& times) {
  double mean = 0.0;
  double m2 = 0.0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const double gap = seconds(times[i] - times[i - 1]);
    const double delta = gap - mean;
    mean += delta / static_cast<double>(i);
    m2 += delta * (gap - mean);
  }
  return {mean, std::sqrt(m2 / static_cast<double>(times.size() - 2)) / mean};
}

TEST(Schedule, MlperfStreamEqualsLoadGenBitForBit) {
  // The first arrivals of MLPerf LoadGen 6.0.17 with the v6.1 schedule seed at 1000 queries/s.
  TestSettings settings = settings_of(PoissonArrivals{});
  settings.stream = RandomStream::mlperf;
  settings.seeds = Seeds::mlperf_v6_1();
  constexpr std::array<std::int64_t, 6> kLoadGen{0, 1'843'654, 2'301'577, 3'587'439, 4'300'433, 4'686'839};
  const auto times = arrivals(settings, kLoadGen.size());
  for (std::size_t i = 0; i < kLoadGen.size(); ++i) {
    EXPECT_EQ(times[i].count(), kLoadGen[i]);
  }
}

TEST(Schedule, MlperfStreamKnowsOnlyPoisson) {
  TestSettings settings = settings_of(ConstantArrivals{});
  settings.stream = RandomStream::mlperf;
  EXPECT_THROW((void)make_schedule(settings), std::invalid_argument);
}

TEST(Schedule, PortableStreamDoesNotDependOnTheStandardLibrary) {
  // mt19937_64 seeded with split_mix(19) gives these 53-bit uniforms; the gaps are -ln(u)/1000 s. Computed by hand
  // from the generator's definition in the C++ standard.
  TestSettings settings = settings_of(PoissonArrivals{});
  std::mt19937_64 engine(settings.seeds.schedule);
  std::int64_t expected = 0;
  const auto times = arrivals(settings, 100);
  for (const Nanoseconds time : times) {
    EXPECT_EQ(time.count(), expected);
    const double unit = static_cast<double>((engine() >> 11) + 1) / 9007199254740992.0;
    expected += static_cast<std::int64_t>(-std::log(unit) / 1000.0 * 1e9 + 0.5);
  }
}

TEST(Schedule, FirstArrivalIsAtZeroAndTimeNeverGoesBack) {
  const std::vector<ArrivalProcess> processes{PoissonArrivals{},
                                              ConstantArrivals{},
                                              GammaArrivals{.shape = 0.3},
                                              MmppArrivals{},
                                              StepArrivals{},
                                              RampArrivals{},
                                              TraceArrivals{.source = "t", .offsets = {5ms, 6ms, 9ms}}};
  for (const ArrivalProcess& process : processes) {
    const auto times = arrivals(settings_of(process), 20'000);
    EXPECT_EQ(times.front(), 0ns) << name_of(process);
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end())) << name_of(process);
  }
}

TEST(Schedule, GapsHaveTheMeanAndTheVariationOfTheirLaw) {
  const auto check = [](const ArrivalProcess& process, double variation, double tolerance) {
    const auto [mean, cv] = gap_moments(arrivals(settings_of(process), 200'000));
    EXPECT_NEAR(mean, 1e-3, 0.02e-3) << name_of(process);
    EXPECT_NEAR(cv, variation, tolerance) << name_of(process);
  };
  check(PoissonArrivals{}, 1.0, 0.02);
  check(ConstantArrivals{}, 0.0, 1e-9);
  check(GammaArrivals{.shape = 0.25}, 2.0, 0.05);
  check(GammaArrivals{.shape = 4.0}, 0.5, 0.02);
}

TEST(Schedule, MmppKeepsTheMeanRateAndIsBurstierThanPoisson) {
  const auto [mean, cv] = gap_moments(arrivals(settings_of(MmppArrivals{.burst_ratio = 10.0}), 1'000'000));
  EXPECT_NEAR(mean, 1e-3, 0.05e-3);
  EXPECT_GT(cv, 1.2);
}

TEST(Schedule, ConstantArrivalsDoNotDrift) {
  const auto times = arrivals(settings_of(ConstantArrivals{}, 3.0), 3'000'001);
  EXPECT_EQ(times.back(), 1'000'000s);
}

TEST(Schedule, StepChangesTheRateAtItsTime) {
  const auto times = arrivals(settings_of(StepArrivals{.at = 10s, .factor = 3.0}), 40'000);
  const auto before = std::count_if(times.begin(), times.end(), [](Nanoseconds t) { return t < 10s; });
  const auto after = std::count_if(times.begin(), times.end(), [](Nanoseconds t) { return t >= 10s && t < 15s; });
  EXPECT_NEAR(static_cast<double>(before), 10'000.0, 500.0);  // 5 standard deviations
  EXPECT_NEAR(static_cast<double>(after), 15'000.0, 600.0);
}

TEST(Schedule, RampGrowsLinearlyAndThenHolds) {
  const auto times = arrivals(settings_of(RampArrivals{.over = 10s, .factor = 3.0}), 60'000);
  const auto within = [&](Nanoseconds from, Nanoseconds to) {
    return static_cast<double>(
        std::count_if(times.begin(), times.end(), [&](Nanoseconds t) { return t >= from && t < to; }));
  };
  EXPECT_NEAR(within(0s, 10s), 20'000.0, 700.0);  // integral of 1000 (1 + 2 t / 10)
  EXPECT_NEAR(within(0s, 5s), 7'500.0, 450.0);
  EXPECT_NEAR(within(10s, 12s), 6'000.0, 400.0);
}

TEST(Schedule, TraceIsReplayedScaledAndRepeated) {
  TraceArrivals trace{.source = "t", .offsets = {5ms, 7ms, 9ms}, .speed = 2.0};
  const auto times = arrivals(settings_of(trace), 5);
  // Span 4 ms, mean gap 2 ms: a lap of 6 ms; at double speed 3 ms.
  EXPECT_EQ(times, (std::vector<Nanoseconds>{0ms, 1ms, 2ms, 3ms, 4ms}));
}

}  // namespace
}  // namespace assay
