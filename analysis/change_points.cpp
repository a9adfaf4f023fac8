#include "analysis/change_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace assay {
namespace {

struct MeanAndSquares {
  double mean = 0.0;
  double squares = 0.0;  ///< sum of squared deviations from the mean
};

MeanAndSquares two_passes(std::span<const double> values) {
  MeanAndSquares result;
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  for (const double value : values) {
    result.squares += (value - result.mean) * (value - result.mean);
  }
  return result;
}

double least_variance(std::span<const double> series) {
  constexpr double kOfMean = 1e-3;
  constexpr double kOfDeviation = 1e-6;
  const MeanAndSquares all = two_passes(series);
  const double of_deviation = kOfDeviation * kOfDeviation * all.squares / static_cast<double>(series.size());
  const double of_mean = kOfMean * kOfMean * all.mean * all.mean;
  return std::max({of_mean, of_deviation, std::numeric_limits<double>::min()});
}

double default_penalty(std::size_t points) {
  constexpr double kFactor = 15.0;
  return kFactor * std::log(static_cast<double>(points));
}

/// -2 ln(likelihood) of a normal segment less its m ln(2 pi), minimised over mean and permitted variance. A segment is
/// never cheaper than its parts, which is what pruning rests on; with the variance clamped but the deviations not
/// divided by it that would be false.
class NormalCost {
 public:
  explicit NormalCost(std::span<const double> series)
      : least_variance_(least_variance(series)), sums_(series.size() + 1), squares_(series.size() + 1) {
    // Sums of differences to the mean, so that the difference of two sums keeps its digits.
    const double mean = two_passes(series).mean;
    for (std::size_t i = 0; i < series.size(); ++i) {
      const double value = series[i] - mean;
      sums_[i + 1] = sums_[i] + value;
      squares_[i + 1] = squares_[i] + value * value;
    }
  }

  [[nodiscard]] double operator()(std::size_t begin, std::size_t end) const {
    const auto m = static_cast<double>(end - begin);
    const double sum = sums_[end] - sums_[begin];
    const double squares = std::max(0.0, squares_[end] - squares_[begin] - sum * sum / m);
    const double variance = std::max(least_variance_, squares / m);
    return m * std::log(variance) + squares / variance;
  }

 private:
  double least_variance_;
  std::vector<double> sums_;
  std::vector<double> squares_;
};

void require_sensible(std::span<const double> series, const ChangePointSettings& settings) {
  constexpr std::size_t kFewest = 2;
  if (!std::ranges::all_of(series, [](double value) { return std::isfinite(value); })) {
    throw std::invalid_argument("change points: the series must be finite");
  }
  if (settings.shortest < kFewest || !(settings.penalty.value_or(0.0) >= 0.0)) {
    throw std::invalid_argument(
        fmt::format("change points: segments of {} or more points at a penalty of {}: must be at least 2, at least 0",
                    settings.shortest, settings.penalty.value_or(0.0)));
  }
}

/// A place where the last change before the current point may be.
struct Candidate {
  std::size_t begin = 0;
  std::size_t useful_until = std::numeric_limits<std::size_t>::max();
};

/// For each end of a series' beginning, where its last segment begins at least cost.
std::vector<std::size_t> last_changes(std::size_t points, const NormalCost& cost, double penalty,
                                      std::size_t shortest) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> least(points + 1, kInfinity);
  std::vector<std::size_t> last(points + 1, 0);
  least[0] = -penalty;
  std::vector<Candidate> candidates;
  for (std::size_t end = shortest; end <= points; ++end) {
    if (const std::size_t begin = end - shortest; least[begin] < kInfinity) {
      candidates.push_back({.begin = begin});
    }
    std::erase_if(candidates, [end](const Candidate& candidate) { return candidate.useful_until < end; });
    for (const Candidate& candidate : candidates) {
      const double total = least[candidate.begin] + cost(candidate.begin, end) + penalty;
      if (total < least[end]) {
        least[end] = total;
        last[end] = candidate.begin;
      }
    }
    // From a change at `end` on, a candidate that is dearer even without the penalty never wins again: but a segment
    // can only begin there once it is long enough.
    for (Candidate& candidate : candidates) {
      if (least[candidate.begin] + cost(candidate.begin, end) >= least[end]) {
        candidate.useful_until = std::min(candidate.useful_until, end + shortest - 1);
      }
    }
  }
  return last;
}

Segment segment(std::span<const double> series, std::size_t begin, std::size_t end) {
  const MeanAndSquares found = two_passes(series.subspan(begin, end - begin));
  return {.begin = begin,
          .end = end,
          .mean = found.mean,
          .standard_deviation = std::sqrt(found.squares / static_cast<double>(end - begin))};
}

}  // namespace

std::vector<Segment> segments_of(std::span<const double> series, const ChangePointSettings& settings) {
  require_sensible(series, settings);
  if (series.empty()) {
    return {};
  }
  if (series.size() < 2 * settings.shortest) {
    return {segment(series, 0, series.size())};
  }
  const double penalty = settings.penalty.value_or(default_penalty(series.size()));
  const auto last = last_changes(series.size(), NormalCost(series), penalty, settings.shortest);
  std::vector<Segment> segments;
  for (std::size_t end = series.size(); end > 0; end = last[end]) {
    segments.push_back(segment(series, last[end], end));
  }
  std::ranges::reverse(segments);
  return segments;
}

double segmentation_cost(std::span<const double> series, std::span<const std::size_t> changes,
                         const ChangePointSettings& settings) {
  require_sensible(series, settings);
  if (series.empty()) {
    return 0.0;
  }
  const NormalCost cost(series);
  double total = static_cast<double>(changes.size()) * settings.penalty.value_or(default_penalty(series.size()));
  std::size_t begin = 0;
  for (const std::size_t change : changes) {
    total += cost(begin, change);
    begin = change;
  }
  return total + cost(begin, series.size());
}

}  // namespace assay
