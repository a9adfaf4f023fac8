// The search for a lever's peak, over servers whose peak is known from a simulation and forecasts that are wrong.
#include "lab/track_lever_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <queue>
#include <random>
#include <vector>

#include "analysis/latency_distribution.hpp"
#include "analysis/window_share.hpp"

namespace assay {
namespace {

constexpr double kWindow_s = 0.25;
const Percentile kP90 = Percentile::of_percent(90);

/// M/G/c: Poisson arrivals, log-normal service with a standard deviation as large as its mean.
struct Engine {
  double service_s = 0.09;
  int slots = 1;
  double offline_rate_hz = 33.0;
};
/// As the Cloud track's on two CPUs: one slot completes a third of what Offline does with sixteen.
constexpr Engine kOneSlot{.service_s = 0.09, .slots = 1, .offline_rate_hz = 33.0};
constexpr Engine kSixteenSlots{.service_s = 0.8, .slots = 16, .offline_rate_hz = 20.0};

/// How long each of `count` requests waits for its slot, by the recursion of Kiefer and Wolfowitz, from empty.
std::vector<std::int64_t> waits(const Engine& engine, double rate_hz, std::size_t count, std::mt19937_64& random) {
  std::exponential_distribution<double> gap(rate_hz);
  const double variance = std::log(2.0);
  std::lognormal_distribution<double> service(std::log(engine.service_s) - variance / 2.0, std::sqrt(variance));
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (int slot = 0; slot < engine.slots; ++slot) {
    free_at.push(0.0);
  }
  std::vector<std::int64_t> waited;
  waited.reserve(count);
  double arrival = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    arrival += gap(random);
    const double start = std::max(arrival, free_at.top());
    free_at.pop();
    free_at.push(start + service(random));
    waited.push_back(from_seconds(start - arrival).count());
  }
  return waited;
}

/// The rate at which 90 % of many requests wait no longer than the window.
double true_peak(const Engine& engine) {
  constexpr std::size_t kMany = 60'000;
  double holds = 0.02 * engine.slots / engine.service_s;
  double breaks = engine.slots / engine.service_s;
  for (int i = 0; i < 12; ++i) {
    const double middle = std::sqrt(holds * breaks);
    std::mt19937_64 random(9);
    const std::vector<std::int64_t> waited = waits(engine, middle, kMany, random);
    const auto within =
        std::ranges::count_if(waited, [](std::int64_t wait) { return wait <= from_seconds(kWindow_s).count(); });
    (static_cast<double>(within) >= 0.9 * kMany ? holds : breaks) = middle;
  }
  return holds;
}

/// As the track's quick probes are: eight seconds, at least 120 requests.
PeakProbe probe(const Engine& engine, double rate_hz, std::mt19937_64& random) {
  const auto count = static_cast<std::size_t>(std::max(120.0, 8.0 * rate_hz));
  const LatencyDistribution waited(waits(engine, rate_hz, count, random));
  return {.rate_hz = rate_hz,
          .share = window_share(waited, {.percentile = kP90, .limit = from_seconds(kWindow_s)}, 0.95)};
}

struct Searched {
  double open = 0.0;    ///< share of the searches without one of the two ends
  double wrong = 0.0;   ///< with the peak outside
  double probes = 0.0;  ///< on average
};

/// Forty searches for each forecast, from 0.3 to 3 times the peak.
Searched search_all(const Engine& engine, const std::function<PeakSearchSettings(double)>& settings_of) {
  constexpr std::array kForecasts{0.3, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0};
  constexpr std::uint64_t kSeeds = 40;
  const double peak = true_peak(engine);
  Searched sum;
  for (const double forecast : kForecasts) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      std::mt19937_64 random(seed);
      PeakSearch search(settings_of(forecast * peak));
      while (const auto rate = search.next_rate()) {
        search.record(probe(engine, *rate, random));
      }
      const PeakEstimate found = search.estimate();
      const bool open = !found.held_hz || !found.broke_hz;
      sum.open += open ? 1.0 : 0.0;
      sum.wrong += !open && (*found.held_hz > peak || *found.broke_hz < peak) ? 1.0 : 0.0;
      sum.probes += static_cast<double>(search.probes().size());
    }
  }
  constexpr double kSearches = static_cast<double>(kForecasts.size() * kSeeds);
  return {.open = sum.open / kSearches, .wrong = sum.wrong / kSearches, .probes = sum.probes / kSearches};
}

PeakSearchSettings settings_now(const Engine& engine, double forecast_hz) {
  return lever_search_settings({.percentile = kP90,
                                .forecast = LeverForecast{.tokens_per_s = 6.0 * forecast_hz, .rate_hz = forecast_hz},
                                .forecast_note = {},
                                .offline_rate_hz = engine.offline_rate_hz,
                                .flags = {}});
}

/// What the track did: growing by half from 0.4 of the forecast, six probes.
PeakSearchSettings settings_before(const Engine& engine, double forecast_hz) {
  return {.start_rate_hz = std::min(0.4 * forecast_hz, engine.offline_rate_hz),
          .lowest_rate_hz = 1e-3 * engine.offline_rate_hz,
          .highest_rate_hz = 1.2 * engine.offline_rate_hz,
          .growth = 1.5,
          .resolution = 0.1,
          .most_probes = 6,
          .percentile = kP90};
}

TEST(LeverSearch, BracketsThePeakThoughTheForecastIsFarOff) {
  for (const Engine& engine : {kOneSlot, kSixteenSlots}) {
    const Searched now = search_all(engine, [&](double forecast) { return settings_now(engine, forecast); });
    const Searched before = search_all(engine, [&](double forecast) { return settings_before(engine, forecast); });
    EXPECT_LE(now.open, 0.1) << engine.slots;
    EXPECT_GE(before.open, 0.5) << engine.slots << ": else this test shows nothing";
    EXPECT_LE(now.wrong, 0.05) << engine.slots;
    EXPECT_LE(now.probes, 8.0) << engine.slots;
    RecordProperty(engine.slots == 1 ? "one_slot" : "sixteen_slots",
                   std::to_string(before.open) + " open before, " + std::to_string(now.open) + " now, " +
                       std::to_string(now.probes) + " probes, wrong " + std::to_string(now.wrong));
  }
}

TEST(LeverSearch, AimsAboveTheForecastOnceTheEasyRateHeld) {
  PeakSearch search(settings_now(kOneSlot, 4.0));
  EXPECT_DOUBLE_EQ(search.next_rate().value(), 1.6);
  search.record({.rate_hz = 1.6, .share = {.within = 1.0, .interval = {0.95, 1.0}, .effective_sample_size = 100.0}});
  EXPECT_DOUBLE_EQ(search.next_rate().value(), 12.0);
}

TEST(LeverSearch, TriesNoRateFarAboveOffline) {
  EXPECT_DOUBLE_EQ(settings_now(kSixteenSlots, 15.0).breaking_rate_hz.value(), 30.0);
  LeverQuestion blind{
      .percentile = kP90, .forecast = {}, .forecast_note = "none", .offline_rate_hz = 20.0, .flags = {}};
  EXPECT_FALSE(lever_search_settings(blind).breaking_rate_hz);
  EXPECT_DOUBLE_EQ(lever_search_settings(blind).start_rate_hz, 6.0);
  blind.forecast = LeverForecast{};  // predicted to hold at no rate
  EXPECT_DOUBLE_EQ(lever_search_settings(blind).start_rate_hz, 6.0);
}

}  // namespace
}  // namespace assay
