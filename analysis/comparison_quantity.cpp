#include "analysis/comparison_quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "analysis/format.hpp"
#include "analysis/percentile.hpp"
#include "analysis/percentile_interval.hpp"
#include "analysis/report_sentences.hpp"
#include "loadgen/scenario.hpp"

namespace assay {
namespace {

/// Of a two-sided 95 % interval of the normal law.
constexpr double kNormal95 = 1.959963984540054;

constexpr std::array<std::string_view, 5> kPercentiles{"p50", "p90", "p95", "p99", "p99.9"};

constexpr std::string_view kThroughput = "throughput";
constexpr std::string_view kMean = "mean";
constexpr std::string_view kService = "service_";
constexpr std::string_view kFirstToken = "first_token_";
constexpr std::string_view kTokenTime = "token_time_";

std::string title_of_percentile(std::string_view name) { return "P" + std::string(name.substr(1)); }

ComparisonQuantity latency_quantity(std::string_view prefix, std::string_view name, std::string_view of) {
  const std::string title = name == kMean ? "mean" : title_of_percentile(name);
  return {.name = std::string(prefix) + std::string(name),
          .title = title + " " + std::string(of),
          .unit = "s",
          .more_is_better = false,
          .remark = ""};
}

/// The record that a name belongs to, with the rest of the name; null where the run has none.
struct Place {
  const LatencyRecord* latency = nullptr;
  std::string_view name;
};

Place place_of(const RunDocument& run, std::string_view name) {
  if (name.starts_with(kService)) {
    return {.latency = &run.service_time, .name = name.substr(kService.size())};
  }
  if (name.starts_with(kFirstToken)) {
    return {.latency = run.first_token ? &*run.first_token : nullptr, .name = name.substr(kFirstToken.size())};
  }
  if (name.starts_with(kTokenTime)) {
    return {.latency = run.token_time ? &*run.token_time : nullptr, .name = name.substr(kTokenTime.size())};
  }
  return {.latency = &run.latency, .name = name};
}

QuantityValue positive_or(const std::optional<double>& value, const std::string& reason) {
  if (value && *value > 0.0 && std::isfinite(*value)) {
    return {.value = value, .reason = "", .within_deviation = {}};
  }
  return {.value = {}, .reason = value ? "is not positive" : reason, .within_deviation = {}};
}

QuantityValue throughput_of(const RunDocument& run) {
  QuantityValue found = positive_or(run.samples_per_s, "no query completed");
  if (found.value) {
    found.within_deviation = rate_deviation(run.series);
  }
  return found;
}

QuantityValue mean_of(const LatencyRecord& latency) {
  QuantityValue found =
      positive_or(latency.mean_s, latency.lost_count > 0 ? "infinite: queries were lost" : "no query completed");
  if (found.value && latency.standard_deviation_s && latency.effective_sample_size >= 2.0) {
    found.within_deviation = *latency.standard_deviation_s / *found.value / std::sqrt(latency.effective_sample_size);
  }
  return found;
}

QuantityValue percentile_of(const LatencyRecord& latency, std::string_view name) {
  const auto entry = latency.percentiles_s.find(std::string(name));
  if (entry == latency.percentiles_s.end()) {
    return {.value = {}, .reason = "the run does not carry it", .within_deviation = {}};
  }
  const EstimateRecord& estimate = entry->second;
  QuantityValue found = positive_or(estimate.point, estimate.reason.empty() ? "no query completed" : estimate.reason);
  constexpr double kOneSided = 0.975;
  const double percent = std::strtod(std::string(name.substr(1)).c_str(), nullptr);
  const std::uint64_t needed = samples_for_upper_limit(Percentile::of_percent(percent), kOneSided);
  if (found.value && latency.count < needed) {
    return {.value = {},
            .reason = fmt::format("{} of {} queries is nearly their maximum; needs {}", title_of_percentile(name),
                                  format_count(latency.count), format_count(needed)),
            .within_deviation = {}};
  }
  if (found.value && estimate.lower && estimate.upper && *estimate.lower > 0.0 && *estimate.upper >= *estimate.lower) {
    found.within_deviation = std::log(*estimate.upper / *estimate.lower) / (2.0 * kNormal95);
  }
  return found;
}

}  // namespace

std::vector<ComparisonQuantity> quantities_of(const RunDocument& run) {
  const bool batch = is_one_batch(run);
  std::vector<ComparisonQuantity> quantities;
  quantities.reserve(2 * kPercentiles.size());
  for (const std::string_view name : kPercentiles) {
    quantities.push_back(latency_quantity(batch ? kService : "", name, batch ? "service time" : "latency"));
  }
  quantities.push_back(latency_quantity(batch ? kService : "", kMean, batch ? "service time" : "latency"));
  for (const std::string_view name : {std::string_view("p50"), std::string_view("p99")}) {
    if (run.first_token) {
      quantities.push_back(latency_quantity(kFirstToken, name, "time to first token"));
    }
    if (run.token_time) {
      quantities.push_back(latency_quantity(kTokenTime, name, "time per token"));
    }
  }
  quantities.push_back({.name = std::string(kThroughput),
                        .title = "throughput",
                        .unit = "samples/s",
                        .more_is_better = true,
                        .remark = run.rate_target_hz && !batch ? "set by the schedule" : ""});
  std::string own(kThroughput);
  if (!batch) {
    constexpr double kMillion = 1e6;
    const double ppm = std::round(run.percentile * kMillion);
    own =
        ppm > 0.0 && ppm < kMillion ? Percentile::of_parts_per_million(static_cast<std::uint32_t>(ppm)).name() : "p99";
    if (own == "p97") {
      quantities.push_back(latency_quantity("", own, "latency"));
    } else if (std::ranges::find(quantities, own, &ComparisonQuantity::name) == quantities.end()) {
      own = "p99";  // files carry no percentile of any other target
    }
  }
  const auto first = std::ranges::find(quantities, own, &ComparisonQuantity::name);
  std::rotate(quantities.begin(), first, first + 1);
  return quantities;
}

QuantityValue quantity_value(const RunDocument& run, const std::string& name) {
  if (name == kThroughput) {
    return throughput_of(run);
  }
  const Place place = place_of(run, name);
  if (place.latency == nullptr) {
    return {.value = {}, .reason = "the run does not carry it", .within_deviation = {}};
  }
  return place.name == kMean ? mean_of(*place.latency) : percentile_of(*place.latency, place.name);
}

std::optional<double> rate_deviation(const std::vector<SeriesPoint>& series) {
  constexpr std::size_t kFewest = 10;
  constexpr std::size_t kMostBatches = 20;
  // The last interval ends with the last completion: shorter than the others.
  const std::size_t whole = series.empty() ? 0 : series.size() - 1;
  if (whole < kFewest) {
    return std::nullopt;
  }
  const std::size_t width = (whole + kMostBatches - 1) / kMostBatches;
  const std::size_t batches = whole / width;
  std::vector<double> counts(batches, 0.0);
  double mean = 0.0;
  for (std::size_t i = 0; i < batches * width; ++i) {
    counts[i / width] += static_cast<double>(series[i].completed);
    mean += static_cast<double>(series[i].completed) / static_cast<double>(batches);
  }
  if (!(mean > 0.0)) {
    return std::nullopt;
  }
  double squares = 0.0;
  for (const double count : counts) {
    squares += (count / mean - 1.0) * (count / mean - 1.0);
  }
  const auto n = static_cast<double>(batches);
  return std::sqrt(squares / (n - 1.0) / n);
}

}  // namespace assay
