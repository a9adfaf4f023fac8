#include "analysis/latency_distribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "analysis/effective_sample_size.hpp"
#include "analysis/fast_sort.hpp"
#include "analysis/format.hpp"
#include "analysis/percentile_interval.hpp"

namespace assay {

LatencyDistribution::LatencyDistribution(std::vector<std::int64_t> in_time_order)
    : in_time_order_(std::move(in_time_order)), sorted_(in_time_order_) {
  sort_ascending(sorted_);
  if (!sorted_.empty() && sorted_.front() < 0) {
    throw std::invalid_argument(fmt::format("latency {} ns: must not be negative", sorted_.front()));
  }
  const auto first_lost = std::lower_bound(sorted_.begin(), sorted_.end(), kNever.count());
  lost_count_ = static_cast<std::uint64_t>(sorted_.end() - first_lost);
}

std::span<const std::int64_t> LatencyDistribution::finite() const {
  return std::span(sorted_).first(sorted_.size() - lost_count_);
}

void LatencyDistribution::require_observations() const {
  if (sorted_.empty()) {
    throw std::logic_error("a percentile of no latencies was asked for");
  }
}

std::optional<Nanoseconds> LatencyDistribution::min() const {
  return sorted_.empty() ? std::nullopt : std::optional(Nanoseconds{sorted_.front()});
}

std::optional<Nanoseconds> LatencyDistribution::max() const {
  return sorted_.empty() ? std::nullopt : std::optional(Nanoseconds{sorted_.back()});
}

std::optional<Moments> LatencyDistribution::moments() const {
  if (sorted_.empty() || lost_count_ > 0) {
    return std::nullopt;
  }
  const auto n = static_cast<double>(sorted_.size());
  // Sums of differences to the median stay small, so doubles lose nothing that matters.
  const std::int64_t median = sorted_[sorted_.size() / 2];
  double sum = 0.0;
  for (const std::int64_t latency : sorted_) {
    sum += static_cast<double>(latency - median);
  }
  const double mean_offset = sum / n;
  double squares = 0.0;
  for (const std::int64_t latency : sorted_) {
    const double difference = static_cast<double>(latency - median) - mean_offset;
    squares += difference * difference;
  }
  return Moments{.mean_ns = static_cast<double>(median) + mean_offset,
                 .standard_deviation_ns = sorted_.size() > 1 ? std::sqrt(squares / (n - 1.0)) : 0.0};
}

Nanoseconds LatencyDistribution::at(Percentile percentile) const {
  require_observations();
  return Nanoseconds{sorted_[percentile.rank(sorted_.size()) - 1]};
}

Nanoseconds LatencyDistribution::loadgen_at(Percentile percentile) const {
  require_observations();
  return Nanoseconds{sorted_[percentile.loadgen_index(sorted_.size())]};
}

Nanoseconds LatencyDistribution::largest(std::uint64_t t) const {
  if (t == 0 || t > sorted_.size()) {
    throw std::out_of_range(fmt::format("the {}-th largest of {} latencies", t, sorted_.size()));
  }
  return Nanoseconds{sorted_[sorted_.size() - t]};
}

std::uint64_t LatencyDistribution::count_over(Nanoseconds limit) const {
  const auto first_over = std::upper_bound(sorted_.begin(), sorted_.end(), limit.count());
  return static_cast<std::uint64_t>(sorted_.end() - first_over);
}

LatencyInterval LatencyDistribution::interval(Percentile percentile, double confidence, double most_effective) const {
  LatencyInterval interval;
  if (sorted_.empty()) {
    interval.reason = "no observations";
    return interval;
  }
  interval.effective_sample_size =
      std::min(most_effective, effective_sample_size(in_time_order_, at(percentile).count()));
  PercentileRanks ranks =
      percentile_ranks(percentile, {.count = count(), .effective = interval.effective_sample_size}, confidence);
  interval.reason = std::move(ranks.reason);
  const auto value_at = [this](std::uint64_t rank) { return Nanoseconds{sorted_[rank - 1]}; };
  if (ranks.lower && value_at(*ranks.lower) != kNever) {
    interval.lower = value_at(*ranks.lower);
  }
  if (ranks.upper) {
    if (value_at(*ranks.upper) != kNever) {
      interval.upper = value_at(*ranks.upper);
    } else {
      interval.reason = fmt::format("the upper limit is infinite: {} never completed", format_count(lost_count_));
    }
  }
  return interval;
}

LogLinearHistogram LatencyDistribution::histogram() const { return LogLinearHistogram::of_sorted(finite()); }

}  // namespace assay
