#include "analysis/ceiling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>

#include "analysis/format.hpp"

namespace assay {
namespace {

constexpr Percentile kMedian = Percentile::of_parts_per_million(500'000);

/// The clock is read beside a sample, not in it: a figure this far above a limit is still taken for noise of the clock.
constexpr double kClockSlack = 1.02;

bool is_latency(const RooflineSubject& subject) { return subject.kind == SubjectKind::latency; }
bool counts_bytes(const RooflineSubject& subject) { return subject.kind == SubjectKind::bandwidth; }

/// Work, or bytes, that the subject is judged by, in one iteration of all threads.
double amount_of(const RooflineSubject& subject) {
  return counts_bytes(subject) ? subject.traffic_bytes_per_iteration : subject.work_per_iteration;
}

std::string unit_of(const RooflineSubject& subject) {
  if (is_latency(subject)) {
    return "s";
  }
  return counts_bytes(subject) ? "B/s" : subject.work_unit + "/s";
}

/// The clean samples as rates (of a latency also: accesses per second, so that more is better for every subject).
struct Rates {
  std::vector<RoundValue> per_second;
  std::vector<RoundValue> per_cycle;
  std::vector<RoundValue> clocks;
  std::vector<RoundValue> injected;
  bool out_of_range = false;
};

bool usable(double value) { return std::isfinite(value) && value > 0.0; }

/// The highest clock beside a clean sample of each round: a round measures a subject within milliseconds, in which a
/// core keeps its clock, and whatever disturbs the measurement of a clock makes it seem lower.
std::map<std::uint32_t, double> clocks_of_rounds(const RooflineSubject& subject) {
  std::map<std::uint32_t, double> clocks;
  for (const RooflineSample& sample : subject.samples) {
    if (sample.contamination == Contamination::none && sample.clock_hz && usable(*sample.clock_hz)) {
      double& clock = clocks[sample.round];
      clock = std::max(clock, *sample.clock_hz);
    }
  }
  return clocks;
}

Rates rates_of(const RooflineSubject& subject, SampleCounts& counts) {
  Rates rates;
  const std::map<std::uint32_t, double> clocks = clocks_of_rounds(subject);
  // Of all rounds: over its own clock, a round whose clocks were all disturbed would seem faster than the core can be,
  // and a quantile would find it.
  double highest = 0.0;
  for (const auto& [round, clock] : clocks) {
    highest = std::max(highest, clock);
  }
  for (const RooflineSample& sample : subject.samples) {
    if (sample.contamination != Contamination::none) {
      ++counts.contaminated[name_of(sample.contamination)];
      continue;
    }
    ++counts.clean;
    const double rate = amount_of(subject) / sample.seconds_per_iteration;
    if (!usable(rate)) {
      rates.out_of_range = true;
      continue;
    }
    rates.per_second.push_back({sample.round, rate});
    if (const auto clock = clocks.find(sample.round); clock != clocks.end() && usable(rate / highest)) {
      rates.per_cycle.push_back({sample.round, rate / highest});
      rates.clocks.push_back({sample.round, clock->second});
    }
    if (sample.injected_bytes_per_s && usable(*sample.injected_bytes_per_s)) {
      rates.injected.push_back({sample.round, *sample.injected_bytes_per_s});
    }
  }
  counts.rounds = round_count(rates.per_second);
  return rates;
}

double best_of(std::span<const RoundValue> values) {
  return std::max_element(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.value < b.value; })
      ->value;
}

EstimateRecord inverted(EstimateRecord estimate) {
  const auto inverse = [](const std::optional<double>& value) {
    return value ? std::optional(1.0 / *value) : std::nullopt;
  };
  const std::optional<double> lower = inverse(estimate.upper);
  estimate.upper = inverse(estimate.lower);
  estimate.lower = lower;
  estimate.point = inverse(estimate.point);
  return estimate;
}

EstimateRecord scaled(EstimateRecord estimate, double factor) {
  for (std::optional<double>* value : {&estimate.point, &estimate.lower, &estimate.upper}) {
    if (*value) {
      **value *= factor;
    }
  }
  return estimate;
}

/// The 0.95-quantile and the median of one list of values.
struct Pair {
  EstimateRecord roof;
  EstimateRecord expected;
  std::vector<double> log_roof_draws;
};

Pair estimates(std::span<const RoundValue> values, const RooflineFitOptions& options, std::uint64_t stream) {
  const RoundBootstrap bootstrap(options.bootstrap);
  const std::array percentiles{kMedian, options.roof};
  auto draws = bootstrap.log_percentiles(values, percentiles, stream);
  const std::size_t rounds = round_count(values);
  return {.roof = bootstrap.estimate(value_at(options.roof, values), draws[1], rounds),
          .expected = bootstrap.estimate(value_at(kMedian, values), draws[0], rounds),
          .log_roof_draws = std::move(draws[1])};
}

std::optional<double> fastest_sample(const RooflineSubject& subject) {
  std::optional<double> fastest;
  for (const RooflineSample& sample : subject.samples) {
    const double rate = amount_of(subject) / sample.seconds_per_iteration;
    if (!is_latency(subject) && std::isfinite(rate) && rate > fastest.value_or(0.0)) {
      fastest = rate;
    }
  }
  return fastest;
}

/// Whether the fastest sample is faster than the threads can be at the highest clock seen beside any clean sample.
std::string implausibility(const RooflineSubject& subject, const Rates& rates) {
  if (rates.clocks.empty()) {
    return {};
  }
  const double clock = best_of(rates.clocks);
  const auto threads = static_cast<double>(std::max<std::size_t>(1, subject.cpus.size()));
  const double best = best_of(rates.per_second);
  const auto check = [&](const std::optional<double>& limit, double amount, const std::string& unit) -> std::string {
    const double per_cycle = best * amount / amount_of(subject) / clock / threads;
    if (!limit || !(per_cycle > *limit * kClockSlack)) {
      return {};
    }
    return fmt::format("{:.4g} {} per cycle and thread at {:.4g} GHz, more than the {:.4g} that any core can do",
                       per_cycle, unit, clock / 1e9, *limit);
  };
  std::string work = check(subject.work_per_cycle_limit, subject.work_per_iteration, subject.work_unit);
  return !work.empty() ? work : check(subject.bytes_per_cycle_limit, subject.traffic_bytes_per_iteration, "byte");
}

std::string missing_samples(const Ceiling& ceiling, const Rates& rates, const RooflineFitOptions& options) {
  const std::uint64_t usable = rates.per_second.size();
  if (usable >= std::max<std::uint64_t>(1, options.fewest_samples)) {
    return {};
  }
  const std::uint64_t needed = std::max<std::uint64_t>(1, options.fewest_samples) - usable;
  std::string text = usable == 0 ? fmt::format("none of {} samples is clean", ceiling.counts.all())
                                 : fmt::format("{} of {} samples are clean", usable, ceiling.counts.all());
  if (rates.out_of_range) {
    text += ", and some have no finite rate";
  }
  return fmt::format("{}: a roof needs {} more", text, needed);
}

void set_state(const RooflineSubject& subject, const Rates& rates, const RooflineFitOptions& options,
               Ceiling& ceiling) {
  const auto refuse = [&](CeilingState state, std::string why) {
    if (ceiling.usable() && !why.empty()) {
      ceiling.state = state;
      ceiling.problem = std::move(why);
    }
  };
  refuse(CeilingState::unavailable, subject.unavailable);
  if (!output_is_right(subject)) {
    refuse(CeilingState::wrong_output, "its output is wrong: " + subject.output_check);
  }
  refuse(CeilingState::too_few_samples, missing_samples(ceiling, rates, options));
  if (!rates.per_second.empty()) {
    refuse(CeilingState::implausible, implausibility(subject, rates));
  }
}

void set_figures(const RooflineSubject& subject, const Rates& rates, const RooflineFitOptions& options,
                 Ceiling& ceiling) {
  Pair rate = estimates(rates.per_second, options, 2 * ceiling.subject);
  ceiling.best = best_of(rates.per_second);
  ceiling.log_roof_draws = std::move(rate.log_roof_draws);
  if (counts_bytes(subject)) {
    const double factor = subject.bus_bytes_per_iteration / subject.traffic_bytes_per_iteration;
    ceiling.bus_roof = scaled(rate.roof, factor);
    ceiling.bus_expected = scaled(rate.expected, factor);
  }
  Pair cycle;
  cycle.roof.reason = cycle.expected.reason = "no clock was measured beside its samples";
  if (!rates.per_cycle.empty()) {
    cycle = estimates(rates.per_cycle, options, 2 * ceiling.subject + 1);
    ceiling.clock_hz = value_at(kMedian, rates.clocks);
  }
  const bool latency = is_latency(subject);
  ceiling.roof = latency ? inverted(rate.roof) : rate.roof;
  ceiling.expected = latency ? inverted(rate.expected) : rate.expected;
  ceiling.best = latency ? 1.0 / *ceiling.best : *ceiling.best;
  ceiling.roof_per_cycle = latency ? inverted(cycle.roof) : cycle.roof;
  ceiling.expected_per_cycle = latency ? inverted(cycle.expected) : cycle.expected;
  if (!rates.injected.empty()) {
    ceiling.injected_bytes_per_s = value_at(kMedian, rates.injected);
  }
}

}  // namespace

const char* name_of(CeilingState state) {
  switch (state) {
    case CeilingState::usable:
      return "usable";
    case CeilingState::unavailable:
      return "unavailable";
    case CeilingState::wrong_output:
      return "wrong_output";
    case CeilingState::too_few_samples:
      return "too_few_samples";
    case CeilingState::implausible:
      return "implausible";
  }
  return "unknown";
}

std::uint64_t SampleCounts::all() const {
  return std::accumulate(contaminated.begin(), contaminated.end(), clean,
                         [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
}

bool output_is_right(const RooflineSubject& subject) {
  return subject.output_check.empty() || subject.output_check.starts_with("ok");
}

Ceiling ceiling_of(const RooflineMeasurement& measurement, std::size_t index, const RooflineFitOptions& options) {
  const RooflineSubject& subject = measurement.subjects.at(index);
  Ceiling ceiling;
  ceiling.subject = index;
  ceiling.id = subject.id;
  ceiling.unit = unit_of(subject);
  const Rates rates = rates_of(subject, ceiling.counts);
  set_state(subject, rates, options, ceiling);
  ceiling.fastest_sample = fastest_sample(subject);
  const double intensity = subject.work_per_iteration / subject.traffic_bytes_per_iteration;
  const bool has_intensity = subject.kind == SubjectKind::intensity || subject.kind == SubjectKind::dot;
  if (has_intensity && std::isfinite(intensity) && intensity > 0.0) {
    ceiling.intensity = intensity;
  }
  if (rates.per_second.empty()) {
    const std::string why = subject.unavailable.empty() ? "no clean sample" : subject.unavailable;
    for (EstimateRecord* estimate :
         {&ceiling.roof, &ceiling.expected, &ceiling.roof_per_cycle, &ceiling.expected_per_cycle}) {
      estimate->reason = why;
    }
    return ceiling;
  }
  set_figures(subject, rates, options, ceiling);
  return ceiling;
}

}  // namespace assay
