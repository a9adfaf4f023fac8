#include "analysis/early_stopping.hpp"

#include <cmath>

#include "analysis/binomial_distribution.hpp"

namespace assay::early_stopping {
namespace {

double slow_probability(Percentile percentile) {
  return static_cast<double>(1'000'000 - percentile.parts_per_million()) / 1e6;
}

}  // namespace

bool passes(Percentile percentile, std::uint64_t queries, std::uint64_t slow) {
  if (slow >= queries) {
    return false;
  }
  const BinomialDistribution slow_queries{.trials = queries, .success = slow_probability(percentile)};
  return slow_queries.cdf(slow) < 1.0 - kConfidence;
}

std::uint64_t minimum_queries(Percentile percentile, std::uint64_t slow) {
  std::uint64_t fails = slow;  // with no other query than the slow ones the percentile cannot hold
  std::uint64_t suffices = 2 * slow + 1;
  while (!passes(percentile, suffices, slow)) {
    fails = suffices;
    suffices *= 2;
  }
  while (suffices - fails > 1) {
    const std::uint64_t middle = fails + (suffices - fails) / 2;
    (passes(percentile, middle, slow) ? suffices : fails) = middle;
  }
  return suffices;
}

std::uint64_t queries_missing(Percentile percentile, std::uint64_t queries, std::uint64_t slow) {
  const std::uint64_t needed = minimum_queries(percentile, slow);
  return needed > queries ? needed - queries : 0;
}

std::optional<std::uint64_t> affordable_slow(Percentile percentile, std::uint64_t queries) {
  if (!passes(percentile, queries, 1)) {
    return std::nullopt;
  }
  std::uint64_t affordable = 1;
  std::uint64_t too_many = queries;
  while (too_many - affordable > 1) {
    const std::uint64_t middle = affordable + (too_many - affordable) / 2;
    (passes(percentile, queries, middle) ? affordable : too_many) = middle;
  }
  return affordable;
}

std::optional<std::uint64_t> queries_at_share(Percentile percentile, double slow_share) {
  const double allowed = slow_probability(percentile);
  if (slow_share >= allowed) {
    return std::nullopt;
  }
  const double z = normal_quantile(kConfidence);
  const double root = z * std::sqrt(allowed * (1.0 - allowed)) / (allowed - slow_share);
  return static_cast<std::uint64_t>(std::ceil(root * root));
}

}  // namespace assay::early_stopping
