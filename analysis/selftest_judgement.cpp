#include "analysis/selftest_judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

#include "analysis/binomial_distribution.hpp"
#include "analysis/format.hpp"

namespace assay {

namespace {

/// How often the two kinds of interval hold the truth at least, on dependent data as on independent (docs/selftest.md).
constexpr double kStrict = 0.999;
constexpr double kPublished = 0.93;
constexpr double kPublishedConfidence = 0.95;
/// Of the half width of an interval: moves the probability to be inside by less than half a percent point.
constexpr double kLargestShift = 0.2;
constexpr double kLargestPointShift = 0.02;

std::optional<double> median_of_field(std::span<const KnownRun> runs, std::optional<double> EstimateRecord::*field) {
  std::vector<double> values;
  for (const KnownRun& run : runs) {
    if (const auto& value = run.published.*field) {
      values.push_back(*value);
    }
  }
  return median_value(std::move(values));
}

std::string disturbance(std::span<const KnownRun> runs, const std::string& machine_state) {
  double worst = 0.0;
  std::string invalid;
  for (const KnownRun& run : runs) {
    worst = std::max(worst, std::abs(run.shift_s));
    if (!run.invalid.empty()) {
      invalid = run.invalid;
    }
  }
  return fmt::format("the machine moved the system itself by up to {}{}; {}", format_duration(worst),
                     invalid.empty() ? "" : fmt::format(", made runs INVALID ({})", invalid), machine_state);
}

}  // namespace

std::uint64_t fewest_inside(std::uint64_t runs, double coverage, double error) {
  const BinomialDistribution inside{.trials = runs, .success = coverage};
  std::uint64_t fewest = 0;
  while (fewest < runs && inside.cdf(fewest) <= error) {
    ++fewest;
  }
  return fewest;
}

std::uint64_t most_alarms(std::uint64_t count, double rate, double error) {
  // More than k alarms are fewer than count - k quiet ones.
  return count - fewest_inside(count, 1.0 - rate, error);
}

bool undisturbed(const KnownRun& run) {
  if (!run.invalid.empty()) {
    return false;
  }
  const double half_width =
      run.published.lower && run.published.upper ? (*run.published.upper - *run.published.lower) / 2.0 : 0.0;
  return std::abs(run.shift_s) <= std::max(kLargestShift * half_width, kLargestPointShift * run.truth_s);
}

bool holds(const EstimateRecord& interval, const KnownRun& run) {
  const double added = std::max(run.shift_s, 0.0) + kHandOverSeconds;
  return (!interval.lower || *interval.lower - added <= run.truth_s) &&
         (!interval.upper || run.truth_s <= *interval.upper + kHandOverSeconds);
}

SelftestCheck check_not_made(const std::string& id, const std::string& title, const std::string& unit,
                             const std::string& why) {
  SelftestCheck check;
  check.id = id;
  check.title = title;
  check.unit = unit;
  check.measured.reason = why;
  check.evidence = why;
  return check;
}

std::optional<double> median_value(std::vector<double> values) {
  if (values.empty()) {
    return std::nullopt;
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void judge_known_runs(SelftestCheck& check, std::span<const KnownRun> runs, std::uint64_t planned,
                      const std::string& machine_state) {
  std::vector<KnownRun> judged;
  std::ranges::copy_if(runs, std::back_inserter(judged), undisturbed);
  if (judged.size() > planned) {
    judged.resize(planned);
  }
  const auto disturbed = static_cast<std::uint64_t>(std::ranges::count_if(runs, std::not_fn(undisturbed)));
  check.runs = {.judged = judged.size(), .disturbed = disturbed};
  for (const KnownRun& run : judged) {
    check.runs.inside_strict += holds(run.strict, run) ? 1U : 0U;
    const bool has_ends = run.published.lower && run.published.upper;
    check.runs.inside_published += has_ends && holds(run.published, run) ? 1U : 0U;
  }
  check.measured = {.point = median_of_field(judged, &EstimateRecord::point),
                    .lower = median_of_field(judged, &EstimateRecord::lower),
                    .upper = median_of_field(judged, &EstimateRecord::upper),
                    .confidence = kPublishedConfidence,
                    .reason = judged.empty() ? "no run was undisturbed" : ""};
  if (judged.size() < planned) {
    check.verdict = SelftestVerdict::not_possible;
    check.evidence = fmt::format("{} of {} runs undisturbed, {} needed: {}", judged.size(), runs.size(), planned,
                                 disturbance(runs, machine_state));
    return;
  }
  const std::uint64_t strict = fewest_inside(planned, kStrict);
  const std::uint64_t published = fewest_inside(planned, kPublished);
  const bool passed = check.runs.inside_strict >= strict && check.runs.inside_published >= published;
  check.verdict = passed ? SelftestVerdict::pass : SelftestVerdict::fail;
  check.evidence = fmt::format("inside {} of {} at 99.99 % (at least {}), {} at 95 % (at least {}); {} disturbed",
                               check.runs.inside_strict, planned, strict, check.runs.inside_published, published,
                               check.runs.disturbed);
}

}  // namespace assay
