#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "analysis/percentile.hpp"

namespace assay {

/// How many observations there are, and how many independent ones they are worth (effective_sample_size.hpp).
struct SampleSize {
  std::uint64_t count = 0;
  double effective = 0.0;
};

/// Ranks, 1-based in ascending order, whose values enclose the percentile. An absent end is unbounded or unknown:
/// `reason` says which and what would be needed.
struct PercentileRanks {
  std::optional<std::uint64_t> lower;
  std::optional<std::uint64_t> upper;
  std::string reason;
};

/// Smallest number of independent observations whose maximum is an upper confidence limit of the percentile:
/// p^n <= 1 - confidence. One-sided 95 %: 299 for p99; each end of a two-sided 95 % interval: 368 (confidence 0.975).
[[nodiscard]] std::uint64_t samples_for_upper_limit(Percentile percentile, double one_sided_confidence);

/// Two-sided distribution-free interval by order statistics: the exact binomial ranks
///     lower = max k with P(Bin(n, p) <= k - 1) <= (1 - confidence) / 2
///     upper = min k with P(Bin(n, p) >= k) <= (1 - confidence) / 2
/// (Hahn and Meeker, Statistical Intervals, section 5.2) with n the effective number, floored; the ranks are mapped
/// back to `count` by their fraction, rounded outwards. Where observations are dependent and n_eff (1 - p) < 5, the
/// effective number itself is too uncertain, and both ends are refused.
[[nodiscard]] PercentileRanks percentile_ranks(Percentile percentile, SampleSize size, double confidence);

}  // namespace assay
