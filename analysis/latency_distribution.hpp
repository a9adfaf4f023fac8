#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/log_linear_histogram.hpp"
#include "analysis/percentile.hpp"
#include "harness/time.hpp"

namespace assay {

/// Mean and standard deviation (n - 1 in the denominator; 0 for one observation) in nanoseconds.
struct Moments {
  double mean_ns = 0.0;
  double standard_deviation_ns = 0.0;
};

/// A confidence interval of a percentile. An absent end is unbounded or unknown; `reason` says why.
struct LatencyInterval {
  std::optional<Nanoseconds> lower;
  std::optional<Nanoseconds> upper;
  double effective_sample_size = 0.0;
  std::string reason;
};

/// Latencies of one test, sorted once for all statistics. A query that never completed has the latency kNever: it
/// sorts last, counts in every percentile, and leaves the mean undefined.
class LatencyDistribution {
 public:
  /// Nanoseconds in the order in which they happened; kNever.count() for a lost query. Throws std::invalid_argument
  /// for a negative latency.
  explicit LatencyDistribution(std::vector<std::int64_t> in_time_order);

  [[nodiscard]] std::uint64_t count() const { return sorted_.size(); }
  [[nodiscard]] std::uint64_t lost_count() const { return lost_count_; }
  [[nodiscard]] std::span<const std::int64_t> sorted() const { return sorted_; }
  [[nodiscard]] std::span<const std::int64_t> in_time_order() const { return in_time_order_; }

  /// kNever where that is a lost query; absent when nothing was observed.
  [[nodiscard]] std::optional<Nanoseconds> min() const;
  [[nodiscard]] std::optional<Nanoseconds> max() const;
  /// By two passes. Absent when a query was lost (the mean is infinite) or nothing was observed.
  [[nodiscard]] std::optional<Moments> moments() const;

  /// The value at the 1-based rank ceil(p n); kNever where that is a lost query. Throws std::logic_error if empty.
  [[nodiscard]] Nanoseconds at(Percentile percentile) const;
  /// What MLPerf LoadGen reports as this percentile: sorted[floor(p n)], 0-based. Throws std::logic_error if empty.
  [[nodiscard]] Nanoseconds loadgen_at(Percentile percentile) const;
  /// The t-th largest, 1-based: the early-stopping estimate is the affordable_slow()-th. Throws std::out_of_range.
  [[nodiscard]] Nanoseconds largest(std::uint64_t t) const;

  /// How many took longer than the limit, lost ones included.
  [[nodiscard]] std::uint64_t count_over(Nanoseconds limit) const;

  /// Interval of the percentile by order statistics, widened to the effective sample size, which is taken to be at most
  /// `most_effective`: what is known from a percentile that more observations lie beyond.
  [[nodiscard]] LatencyInterval interval(Percentile percentile, double confidence,
                                         double most_effective = std::numeric_limits<double>::infinity()) const;

  /// Of the latencies that are finite.
  [[nodiscard]] LogLinearHistogram histogram() const;

 private:
  [[nodiscard]] std::span<const std::int64_t> finite() const;
  void require_observations() const;

  std::vector<std::int64_t> in_time_order_;
  std::vector<std::int64_t> sorted_;
  std::uint64_t lost_count_ = 0;
};

}  // namespace assay
