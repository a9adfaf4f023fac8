#include "analysis/percentile_interval.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/binomial_distribution.hpp"
#include "analysis/format.hpp"

namespace assay {
namespace {

constexpr double kFewestTailObservations = 5.0;

/// Largest k in [0, n] with P(Bin <= k - 1) <= tail; 0 where not even k = 1 fits.
std::uint64_t lower_rank(const BinomialDistribution& below, double tail) {
  std::uint64_t fits = 0;
  std::uint64_t too_high = below.trials + 1;
  while (too_high - fits > 1) {
    const std::uint64_t middle = fits + (too_high - fits) / 2;
    (below.cdf(middle - 1) <= tail ? fits : too_high) = middle;
  }
  return fits;
}

/// Smallest k in [1, n] with P(Bin >= k) <= tail; n + 1 where there is none. By the mirrored distribution of the
/// observations above the percentile: P(Bin(n, p) >= k) = P(Bin(n, 1 - p) <= n - k).
std::uint64_t upper_rank(const BinomialDistribution& above, double tail) {
  return above.trials + 1 - lower_rank(above, tail);
}

std::uint64_t samples_for_five_in_the_tail(Percentile percentile, SampleSize size) {
  const double tau = static_cast<double>(size.count) / size.effective;
  return static_cast<std::uint64_t>(std::ceil(kFewestTailObservations * tau / (1.0 - percentile.fraction())));
}

}  // namespace

std::uint64_t samples_for_upper_limit(Percentile percentile, double one_sided_confidence) {
  return static_cast<std::uint64_t>(std::ceil(std::log(1.0 - one_sided_confidence) / std::log(percentile.fraction())));
}

PercentileRanks percentile_ranks(Percentile percentile, SampleSize size, double confidence) {
  PercentileRanks ranks;
  if (size.count == 0) {
    ranks.reason = "no observations";
    return ranks;
  }
  const auto n = static_cast<std::uint64_t>(std::floor(size.effective));
  const bool dependent = n < size.count;
  if (dependent && size.effective * (1.0 - percentile.fraction()) < kFewestTailObservations) {
    ranks.reason =
        fmt::format("{} dependent samples are worth {} independent ones; needs about {} more samples, or repeated runs",
                    format_count(size.count), format_count(n),
                    format_count(samples_for_five_in_the_tail(percentile, size) - size.count));
    return ranks;
  }

  const double tail = (1.0 - confidence) / 2.0;
  const std::uint64_t lower = lower_rank({.trials = n, .success = percentile.fraction()}, tail);
  const std::uint64_t upper = upper_rank({.trials = n, .success = percentile.share_above()}, tail);
  const double scale = static_cast<double>(size.count) / static_cast<double>(n);
  if (lower >= 1) {
    ranks.lower = std::max<std::uint64_t>(
        1, dependent ? static_cast<std::uint64_t>(std::floor(static_cast<double>(lower) * scale)) : lower);
  }
  if (upper <= n) {
    ranks.upper = std::min(
        size.count, dependent ? static_cast<std::uint64_t>(std::ceil(static_cast<double>(upper) * scale)) : upper);
    return ranks;
  }
  const std::uint64_t needed = samples_for_upper_limit(percentile, 1.0 - tail);
  const auto missing = static_cast<std::uint64_t>(std::ceil(static_cast<double>(needed - n) * scale));
  ranks.reason =
      fmt::format("needs {} more samples for an upper limit of {}", format_count(missing), percentile.name());
  return ranks;
}

}  // namespace assay
