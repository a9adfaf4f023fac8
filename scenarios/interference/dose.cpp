#include "scenarios/interference/dose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/dose_verdict.hpp"

namespace assay {
namespace {

constexpr double kSharePoints = 0.02;
constexpr double kRelative = 0.1;

InjectorUse sum_of(std::span<const InjectorUse> uses) {
  InjectorUse sum;
  for (const InjectorUse& use : uses) {
    sum += use;
  }
  return sum;
}

double tolerance_of(Knob knob, double requested, const DoseWindow& window) {
  switch (knob) {
    case Knob::background:
      return std::max(kSharePoints, kRelative * requested);
    case Knob::noise: {
      const double expected = requested * seconds(window.wall) * static_cast<double>(window.use.size());
      return requested * std::max(kRelative, 3.0 / std::sqrt(std::max(expected, 1.0)));
    }
    case Knob::ctxsw:  // one more or less at the ends of the window is no fault
      return std::max(kRelative * requested, 1.0 / std::max(seconds(window.wall), 1e-9));
    case Knob::memory:
    case Knob::pcie:
      break;
  }
  return kRelative * requested;
}

double percentile_of_sorted(std::span<const Nanoseconds> sorted, double fraction) {
  const auto rank = static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(sorted.size())));
  return seconds(sorted[std::max<std::size_t>(rank, 1) - 1]);
}

/// Bursts must also have the length asked for, by the kernel's account of their CPU time.
std::string length_problem(const NoiseDose& noise, const DoseWindow& window) {
  const InjectorUse sum = sum_of(window.use);
  constexpr std::uint64_t kFew = 20;  // of which one at each end may be cut off by the window
  if (sum.events < kFew) {
    return "";
  }
  const double length_s = seconds(sum.cpu_time) / static_cast<double>(sum.events);
  const double asked_s = seconds(noise.length);
  // Waking up and going back to sleep are part of the account and not of the burst.
  constexpr double kOverheadSeconds = 60e-6;
  if (length_s < asked_s * (1 - kRelative) || length_s > asked_s * (1 + kRelative) + kOverheadSeconds) {
    return fmt::format("the kernel accounts {:.0f} us of CPU time for each burst, {:.0f} us were asked for",
                       1e6 * length_s, 1e6 * asked_s);
  }
  return "";
}

}  // namespace

InjectorUse use_between(const InjectorUse& before, const InjectorUse& after) {
  // A program of several processes may lose one, and with it what that one had used.
  const auto grown = [](std::uint64_t then, std::uint64_t now) { return now > then ? now - then : 0; };
  InjectorUse use{.cpu_time = std::max(after.cpu_time - before.cpu_time, Nanoseconds{0}),
                  .waited = std::nullopt,
                  .voluntary_switches = grown(before.voluntary_switches, after.voluntary_switches),
                  .events = grown(before.events, after.events),
                  .bytes = grown(before.bytes, after.bytes)};
  if (before.waited && after.waited) {
    use.waited = *after.waited - *before.waited;
  }
  return use;
}

double requested_dose(Knob knob, const InterferenceRequest& request) {
  switch (knob) {
    case Knob::noise:
      return request.noise ? request.noise->rate_per_s : 0.0;
    case Knob::background:
      return request.background_share.value_or(0.0);
    case Knob::ctxsw:
      return request.switches_per_s.value_or(0.0);
    case Knob::memory:
      return request.memory_bytes_per_s.value_or(0.0);
    case Knob::pcie:
      return request.pcie_bytes_per_s.value_or(0.0);
  }
  return 0.0;
}

std::optional<double> achieved_dose(Knob knob, const DoseWindow& window) {
  if (window.wall <= Nanoseconds::zero() || window.use.empty()) {
    return std::nullopt;
  }
  const InjectorUse sum = sum_of(window.use);
  const double cpu_seconds = seconds(window.wall) * static_cast<double>(window.use.size());
  switch (knob) {
    case Knob::noise:
      return static_cast<double>(sum.events) / cpu_seconds;
    case Knob::background:
      return seconds(sum.cpu_time) / cpu_seconds;
    case Knob::ctxsw:
      return static_cast<double>(sum.voluntary_switches) / cpu_seconds;
    case Knob::memory:
    case Knob::pcie:
      return static_cast<double>(sum.bytes) / seconds(window.wall);
  }
  return std::nullopt;
}

void fill_dose(DoseRecord& record, Knob knob, const InterferenceRequest& request, const DoseWindow& window) {
  record.knob = name_of(knob);
  record.unit = unit_of(knob);
  record.requested = requested_dose(knob, request);
  record.achieved = achieved_dose(knob, window);
  record.delivered = false;
  if (!record.achieved) {
    record.reason = record.reason.empty() ? "nothing was injected while it was measured" : record.reason;
    return;
  }
  record.cpu_share = achieved_dose(Knob::background, window);
  if (knob == Knob::noise) {
    record.length_requested_s = seconds(request.noise->length);
    if (!window.lengths.empty()) {
      std::vector<Nanoseconds> sorted = window.lengths;
      std::sort(sorted.begin(), sorted.end());
      record.length_p50_s = percentile_of_sorted(sorted, 0.5);
      record.length_p99_s = percentile_of_sorted(sorted, 0.99);
    }
  }
  std::string problem = knob == Knob::noise ? length_problem(*request.noise, window) : "";
  if (*record.achieved <= 0.0 ||
      std::abs(*record.achieved - record.requested) > tolerance_of(knob, record.requested, window)) {
    problem = fmt::format("{} asked for, {} delivered", dose_amount(record.unit, record.requested),
                          dose_amount(record.unit, *record.achieved));
  }
  record.delivered = problem.empty();
  if (!problem.empty()) {
    record.reason = problem;
  }
}

}  // namespace assay
