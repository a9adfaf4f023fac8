#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/format.hpp"
#include "analysis/selftest_judgement.hpp"
#include "harness/core_clock_probe.hpp"
#include "harness/cpu_counter.hpp"
#include "harness/effective_clock.hpp"
#include "harness/file_source.hpp"
#include "harness/thread_placement.hpp"
#include "scenarios/selftest/paired_reading.hpp"
#include "scenarios/selftest/selftest_checks.hpp"

namespace assay {

namespace {

constexpr int kTries = 30;
using TickReading = PairedReading<std::uint64_t>;

TickReading read_together(const Clock& clock) { return paired_reading(clock, kTries, read_cpu_counter); }

/// Ticks of the counter in a second of the clock, one value a slice.
std::vector<double> counter_rates(SteadyClock& clock, const std::stop_token& stop) {
  constexpr int kSlices = 20;
  constexpr Nanoseconds kSlice = std::chrono::milliseconds{50};
  std::vector<double> rates;
  TickReading last = read_together(clock);
  for (int i = 0; i < kSlices && !stop.stop_requested(); ++i) {
    clock.wait_until(last.time + kSlice);
    const TickReading now = read_together(clock);
    rates.push_back(static_cast<double>(now.value - last.value) / seconds(now.time - last.time));
    last = now;
  }
  return rates;
}

SelftestCheck steadiness_check(const std::string& counter, const std::vector<double>& rates) {
  // A reading is good to some 20 ns: 1 ppm of a slice at each end, and the slices' extremes lie further out.
  constexpr double kSpread = 20e-6;
  // What is stated is nominal; what the kernel counts by it calibrated at boot, or was told by the hypervisor.
  constexpr double kNominal = 1e-3;
  SelftestCheck check{.id = "clock.counter",
                      .title = fmt::format("measuring clock against the {}", counter),
                      .unit = "Hz",
                      .truth = stated_counter_hz()};
  const auto [lowest, highest] = std::ranges::minmax(rates);
  const double median = median_value(rates).value_or(0.0);
  check.measured = {.point = median,
                    .lower = lowest,
                    .upper = highest,
                    .confidence = 1.0,
                    .reason = "the limits are the lowest and the highest slice"};
  const double spread = (highest - lowest) / median;
  const double off = check.truth ? std::abs(median - *check.truth) / *check.truth : 0.0;
  check.verdict = spread <= kSpread && off <= kNominal ? SelftestVerdict::pass : SelftestVerdict::fail;
  check.evidence = fmt::format(
      "{} slices of 50 ms differ by {:.2f} ppm (at most {:.0f}); {}", rates.size(), 1e6 * spread, 1e6 * kSpread,
      check.truth ? fmt::format("{:.1f} ppm from what is stated (at most {:.0f})", 1e6 * off, 1e6 * kNominal)
                  : "neither CPU nor hypervisor states its rate: steadiness only");
  return check;
}

/// The highest rate of a few chains of dependent additions, one cycle each, timed by the counter alone.
double core_rate_by_counter(double counter_hz) {
  constexpr std::uint64_t kIterations = 2000;
  constexpr int kChains = 25;
  std::uint64_t cost = ~std::uint64_t{0};
  std::uint64_t shortest = ~std::uint64_t{0};
  for (int i = 0; i < kChains; ++i) {
    const std::uint64_t first = read_cpu_counter();
    const std::uint64_t second = read_cpu_counter();
    run_dependent_additions(kIterations);
    const std::uint64_t third = read_cpu_counter();
    cost = std::min(cost, second - first);
    shortest = std::min(shortest, third - second);
  }
  return static_cast<double>(kIterations * kAdditionsPerIteration) * counter_hz / static_cast<double>(shortest - cost);
}

SelftestCheck core_check(const SelftestContext& context, SteadyClock& clock, const std::string& counter,
                         double counter_hz) {
  constexpr int kRounds = 15;
  constexpr double kNear = 0.01;
  SelftestCheck check{
      .id = "clock.core", .title = fmt::format("core clock probe against the {}", counter), .unit = "Hz"};
  pin_this_thread(context.place.system_cpu);
  const KernelThreadMeter meter;
  MovingClockProbe probe(clock, meter);
  std::vector<double> by_counter;
  std::vector<double> by_probe;
  for (int i = 0; i < kRounds && !context.stop.stop_requested(); ++i) {
    by_counter.push_back(core_rate_by_counter(counter_hz));
    if (const auto hz = probe.clock_hz(context.place.system_cpu)) {
      by_probe.push_back(*hz);
    }
    clock.wait_until(clock.now() + std::chrono::milliseconds{10});
  }
  check.truth = median_value(by_counter);
  if (by_probe.size() < 5) {
    check.measured.reason = "the probe gave no rate";
    check.evidence = fmt::format("{} of {} probes were undisturbed, 5 needed", by_probe.size(), kRounds);
    return check;
  }
  const auto [lowest, highest] = std::ranges::minmax(by_probe);
  check.measured = {.point = median_value(by_probe),
                    .lower = lowest,
                    .upper = highest,
                    .confidence = 1.0,
                    .reason = "the limits are the lowest and the highest probe"};
  // The core's clock moves by itself: what both saw of it at its ends is how much, and says nothing of the probe.
  const auto [counter_lowest, counter_highest] = std::ranges::minmax(by_counter);
  if ((counter_highest - counter_lowest) / *check.truth > 2.0 * kNear) {
    check.evidence = fmt::format("by the counter the core itself ran between {} and {}",
                                 format_quantity(counter_lowest, "Hz"), format_quantity(counter_highest, "Hz"));
    return check;
  }
  const double off = std::abs(*check.measured.point - *check.truth) / *check.truth;
  check.verdict = off <= kNear ? SelftestVerdict::pass : SelftestVerdict::fail;
  check.evidence =
      fmt::format("{:.3f} % apart (at most {:.0f} %), {} probes", 100.0 * off, 100.0 * kNear, by_probe.size());
  return check;
}

}  // namespace

std::vector<SelftestCheck> clock_checks(const SelftestContext& context) {
  context.phase("clocks", std::chrono::milliseconds{1500});
  const Reading<std::string> counter = steady_cpu_counter(SystemFiles{});
  if (!counter) {
    return {check_not_made("clock.counter", "measuring clock against the CPU's counter", "Hz", counter.reason()),
            check_not_made("clock.core", "core clock probe against the CPU's counter", "Hz", counter.reason())};
  }
  SteadyClock clock(context.place.wait);
  pin_this_thread(context.place.issuing_cpu);
  const std::vector<double> rates = counter_rates(clock, context.stop);
  if (rates.size() < 2) {
    return {};
  }
  const double counter_hz = stated_counter_hz().value_or(median_value(rates).value_or(0.0));
  return {steadiness_check(*counter, rates), core_check(context, clock, *counter, counter_hz)};
}

}  // namespace assay
