#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace assay::gpu_check {

/// A percentile of values that came one after the other, with what it is known to.
struct TailMark {
  double share = 0.99;  ///< of the values at or below it
  double value = 0.0;   ///< the value of rank ceil(n share)
  std::optional<double> lower;
  std::optional<double> upper;
  std::size_t count = 0;
  double effective_count = 0.0;  ///< independent values that would say as much
  std::string no_interval;       ///< why there is none
};

/// The interval holds the percentile of the process in 95 % of all runs: exact binomial ranks of as many independent
/// values as the series is worth. Absent where fewer than five of those lie beyond the percentile. `values` must not be
/// empty.
[[nodiscard]] TailMark tail_mark(std::span<const double> values, double share);

/// P(X <= k) of n trials that succeed with probability p, 0 < p < 1.
[[nodiscard]] double binomial_at_most(std::size_t k, std::size_t n, double p);

}  // namespace assay::gpu_check
