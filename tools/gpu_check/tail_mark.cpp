#include "tools/gpu_check/tail_mark.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <vector>

#include "analysis/effective_sample_size.hpp"

namespace assay::gpu_check {
namespace {

constexpr double kOneSide = 0.025;  // of a 95 % interval

std::size_t rank_of(double share, std::size_t n) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(n)));
  return std::clamp<std::size_t>(rank, 1, n);
}

/// The value whose rank among n is as far along as `rank` is among `effective`.
double at_fraction(const std::vector<double>& sorted, std::size_t rank, std::size_t effective) {
  return sorted[rank_of(static_cast<double>(rank) / static_cast<double>(effective), sorted.size()) - 1];
}

}  // namespace

double binomial_at_most(std::size_t k, std::size_t n, double p) {
  const auto trials = static_cast<double>(n);
  double sum = 0.0;
  for (std::size_t i = 0; i <= std::min(k, n); ++i) {
    const auto hits = static_cast<double>(i);
    sum += std::exp(std::lgamma(trials + 1.0) - std::lgamma(hits + 1.0) - std::lgamma(trials - hits + 1.0) +
                    hits * std::log(p) + (trials - hits) * std::log1p(-p));
  }
  return std::min(sum, 1.0);
}

TailMark tail_mark(std::span<const double> values, double share) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  TailMark mark{.share = share, .value = sorted[rank_of(share, sorted.size()) - 1], .count = sorted.size()};
  std::vector<std::int64_t> beyond_it;
  beyond_it.reserve(values.size());
  std::transform(values.begin(), values.end(), std::back_inserter(beyond_it),
                 [&mark](double value) { return value > mark.value ? 1 : 0; });
  mark.effective_count = effective_sample_size(beyond_it, 0);
  constexpr double kFewestBeyond = 5.0;
  const double beyond = (1.0 - share) * mark.effective_count;
  if (beyond < kFewestBeyond * (1.0 - 1e-9)) {
    mark.no_interval = std::to_string(mark.count) + " values count as " +
                       std::to_string(static_cast<long>(mark.effective_count)) + " independent ones, " +
                       std::to_string(std::lround(kFewestBeyond / (1.0 - share))) + " are needed";
    return mark;
  }
  // l: the greatest rank with P(X <= l - 1) at most 2.5 %; u: the least with P(X >= u) at most 2.5 %.
  const auto n = static_cast<std::size_t>(mark.effective_count);
  std::size_t lower = 1;
  while (lower < n && binomial_at_most(lower, n, share) <= kOneSide) {
    ++lower;
  }
  std::size_t upper = lower;
  while (upper < n && 1.0 - binomial_at_most(upper - 1, n, share) > kOneSide) {
    ++upper;
  }
  mark.lower = at_fraction(sorted, lower, n);
  mark.upper = at_fraction(sorted, upper, n);
  return mark;
}

}  // namespace assay::gpu_check
