#include "analysis/latency_record.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <optional>

#include "analysis/estimate_record.hpp"
#include "analysis/format.hpp"

namespace assay {
namespace {

/// So many observations beyond a percentile show whether they come in clusters.
constexpr double kTelling = 30.0;

// The list that MLPerf LoadGen reports (results.cc).
constexpr std::array kReported{Percentile::of_parts_per_million(500'000), Percentile::of_parts_per_million(900'000),
                               Percentile::of_parts_per_million(950'000), Percentile::of_parts_per_million(970'000),
                               Percentile::of_parts_per_million(990'000), Percentile::of_parts_per_million(999'000)};

std::optional<double> finite_seconds(std::optional<Nanoseconds> value) {
  return value && *value != kNever ? std::optional(seconds(*value)) : std::nullopt;
}

EstimateRecord estimate(const LatencyDistribution& distribution, Percentile percentile,
                        const LatencyInterval& interval) {
  EstimateRecord record{.lower = finite_seconds(interval.lower),
                        .upper = finite_seconds(interval.upper),
                        .confidence = kUsualConfidence,
                        .reason = interval.reason};
  if (distribution.count() == 0) {
    return record;
  }
  record.point = finite_seconds(distribution.at(percentile));
  if (!record.point) {
    record.reason = fmt::format("infinite: {} of {} never completed", format_count(distribution.lost_count()),
                                format_count(distribution.count()));
  }
  return record;
}

}  // namespace

EstimateRecord latency_estimate(const LatencyDistribution& distribution, Percentile percentile) {
  return estimate(distribution, percentile, distribution.interval(percentile, kUsualConfidence));
}

LatencyRecord latency_record(const LatencyDistribution& distribution, Percentile target) {
  LatencyRecord record{.count = distribution.count(), .lost_count = distribution.lost_count()};
  record.min_s = finite_seconds(distribution.min());
  record.max_s = finite_seconds(distribution.max());
  if (const auto moments = distribution.moments()) {
    record.mean_s = moments->mean_ns / 1e9;
    record.standard_deviation_s = moments->standard_deviation_ns / 1e9;
  }
  bool target_reported = false;
  double known_effective = std::numeric_limits<double>::infinity();
  for (const Percentile percentile : kReported) {
    // Few observations cannot show that they come in clusters; those beyond the percentile below can.
    const double beyond = static_cast<double>(distribution.count()) * (1.0 - percentile.fraction());
    const bool can_tell = beyond >= kTelling;
    const LatencyInterval interval = distribution.interval(
        percentile, kUsualConfidence, can_tell ? std::numeric_limits<double>::infinity() : known_effective);
    known_effective = interval.effective_sample_size;
    record.percentiles_s[percentile.name()] = estimate(distribution, percentile, interval);
    if (percentile == target) {
      record.effective_sample_size = interval.effective_sample_size;
      target_reported = true;
    }
  }
  if (!target_reported) {
    record.effective_sample_size = distribution.interval(target, kUsualConfidence).effective_sample_size;
  }
  record.histogram_sub_bits = LogLinearHistogram::kSubBits;
  record.histogram = distribution.histogram().export_bins();
  return record;
}

}  // namespace assay
