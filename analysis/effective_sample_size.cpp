#include "analysis/effective_sample_size.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <vector>

namespace assay {
namespace {

/// Half the memory of a std::size_t: 2^32 records would take 200 GB.
using Position = std::uint32_t;

constexpr double kNegligibleCorrelation = 0.02;
constexpr std::size_t kLargestLagDivisor = 10;

/// Positions of the rarer outcome. The autocorrelation of an indicator equals that of its complement, so the cheaper
/// of the two will do.
std::vector<Position> rarer_positions(std::span<const std::int64_t> values, std::int64_t threshold) {
  const auto above = static_cast<std::size_t>(
      std::count_if(values.begin(), values.end(), [threshold](std::int64_t value) { return value > threshold; }));
  const bool above_is_rarer = above <= values.size() / 2;
  std::vector<Position> positions;
  positions.reserve(std::min(above, values.size() - above));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if ((values[i] > threshold) == above_is_rarer) {
      positions.push_back(static_cast<Position>(i));
    }
  }
  return positions;
}

/// Pairs of positions at most `lag` apart: the products of the indicator with itself, summed over lags 1..lag.
double pairs_within(std::span<const Position> positions, std::size_t lag) {
  std::size_t pairs = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < positions.size(); ++last) {
    while (positions[last] - positions[first] > lag) {
      ++first;
    }
    pairs += last - first;
  }
  return static_cast<double>(pairs);
}

}  // namespace

double effective_sample_size(std::span<const std::int64_t> in_time_order, std::int64_t threshold) {
  if (in_time_order.size() > std::numeric_limits<Position>::max()) {
    throw std::invalid_argument("effective sample size: more than 2^32 observations");
  }
  const auto n = static_cast<double>(in_time_order.size());
  const std::vector<Position> positions = rarer_positions(in_time_order, threshold);
  if (positions.empty()) {
    return n;
  }
  const double share = static_cast<double>(positions.size()) / n;
  const double variance = share * (1.0 - share);
  const std::size_t largest_lag = in_time_order.size() / kLargestLagDivisor;

  double correlation_sum = 0.0;
  double pairs_before = 0.0;
  std::size_t begin = 0;  // the window holds the lags begin + 1 .. end
  while (begin < largest_lag) {
    const std::size_t end = std::min(largest_lag, begin + 1 + begin / 2);
    const auto lags = static_cast<double>(end - begin);
    const double pairs_up_to_end = pairs_within(positions, end);
    // Independent outcomes at lag k would give (n - k) share^2 pairs.
    const double expected = share * share * lags * (n - (static_cast<double>(begin + end) + 1.0) / 2.0);
    const double window_sum = (pairs_up_to_end - pairs_before - expected) / (n * variance);
    if (window_sum / lags < kNegligibleCorrelation) {
      break;
    }
    correlation_sum += window_sum;
    pairs_before = pairs_up_to_end;
    begin = end;
  }
  return std::max(1.0, n / (1.0 + 2.0 * correlation_sum));
}

}  // namespace assay
