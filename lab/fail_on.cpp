#include "lab/fail_on.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "analysis/format.hpp"
#include "analysis/run_mark.hpp"
#include "harness/decimal_text.hpp"
#include "harness/quantity.hpp"
#include "harness/split.hpp"
#include "lab/interference_text.hpp"

namespace assay {

namespace {

constexpr std::array<std::string_view, 9> kTimes{"mean", "max", "p50", "p90", "p95", "p97", "p99", "p99.9", "min"};
constexpr std::array<std::string_view, 4> kNumbers{"rate", "samples_rate", "lost", "missed"};

bool is_time(std::string_view metric) { return std::ranges::find(kTimes, metric) != kTimes.end(); }
bool is_number(std::string_view metric) { return std::ranges::find(kNumbers, metric) != kNumbers.end(); }

FailCondition parse_one(std::string_view text) {
  if (text == "invalid") {
    return {.metric = "invalid", .text = "invalid"};
  }
  const auto sign = text.find_first_of("<>");
  const std::string_view metric = text.substr(0, sign);
  if (sign == std::string_view::npos || (!is_time(metric) && !is_number(metric))) {
    throw std::invalid_argument(fmt::format("{}: expected invalid, or one of {}, {} with > or < and a value",
                                            quoted(text), fmt::join(kTimes, ", "), fmt::join(kNumbers, ", ")));
  }
  FailCondition condition{.metric = std::string(metric), .greater = text[sign] == '>', .text = std::string(text)};
  const std::string_view value = text.substr(sign + 1);
  try {
    if (is_time(metric)) {
      condition.bound = seconds(parse_duration(value));
    } else if (metric == "lost") {
      condition.bound = static_cast<double>(parse_count(value));
    } else if (metric == "missed") {
      condition.bound = parse_share(value);
    } else {
      condition.bound = parse_rate(value);
    }
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("{}: {}", quoted(text), error.what()));
  }
  return condition;
}

std::optional<double> value_of(const std::string& metric, const RunDocument& run) {
  if (metric == "mean") {
    return run.latency.mean_s;
  }
  if (metric == "min") {
    return run.latency.min_s;
  }
  if (metric == "max") {
    return run.latency.max_s;
  }
  if (metric == "rate") {
    return run.queries_per_s;
  }
  if (metric == "samples_rate") {
    return run.samples_per_s;
  }
  if (metric == "lost") {
    const std::uint64_t dropped = run.frames ? run.frames->dropped : 0;  // infinitely slow too, and not lost
    return static_cast<double>(run.latency.lost_count - std::min(dropped, run.latency.lost_count));
  }
  if (metric == "missed") {
    return run.frames ? run.frames->missed_share.point : std::nullopt;
  }
  const auto percentile = run.latency.percentiles_s.find(metric);
  return percentile == run.latency.percentiles_s.end() ? std::nullopt : percentile->second.point;
}

std::string shown(const std::string& metric, double value) {
  if (is_time(metric)) {
    return format_duration(value);
  }
  if (metric == "lost") {
    return format_count(static_cast<std::uint64_t>(value));
  }
  if (metric == "missed") {
    return format_percent(value);
  }
  return format_rate(value, metric == "rate" ? "queries/s" : "samples/s");
}

/// Why a value is absent: the run's own words for a percentile, else what follows from its counts.
std::string absence(const std::string& metric, const RunDocument& run) {
  if (!is_time(metric)) {
    return metric == "missed" ? "the run has no frames with a deadline" : "no query was completed";
  }
  const auto percentile = run.latency.percentiles_s.find(metric);
  if (percentile != run.latency.percentiles_s.end() && !percentile->second.reason.empty()) {
    return percentile->second.reason;
  }
  if (run.latency.lost_count > 0) {
    return "queries were lost, their latency is infinite";
  }
  return run.latency.count == 0 ? "no latency was recorded" : "the run has no such value";
}

std::optional<std::string> sentence(const FailCondition& condition, const RunDocument& run) {
  if (condition.metric == "invalid") {
    return run.valid ? std::nullopt : std::optional<std::string>("invalid: the run is INVALID");
  }
  const auto value = value_of(condition.metric, run);
  if (!value) {
    return fmt::format("{}: not available: {}", condition.text, absence(condition.metric, run));
  }
  const bool trips = condition.greater ? *value > condition.bound : *value < condition.bound;
  return trips ? std::optional(fmt::format("{}: {}", condition.text, shown(condition.metric, *value))) : std::nullopt;
}

}  // namespace

std::vector<FailCondition> parse_fail_on(std::string_view text) {
  std::vector<FailCondition> conditions;
  for (const std::string_view part : split(text, ',')) {
    conditions.push_back(parse_one(part));
  }
  return conditions;
}

std::vector<std::string> tripped(std::span<const FailCondition> conditions, const RunDocument& run) {
  std::vector<std::string> sentences;
  for (const FailCondition& condition : conditions) {
    if (const auto one = sentence(condition, run)) {
      sentences.push_back(mark_of(run).before(" ") + *one);
    }
  }
  return sentences;
}

}  // namespace assay
