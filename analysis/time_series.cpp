#include "analysis/time_series.hpp"

#include <algorithm>
#include <cstddef>

#include "analysis/completion_intervals.hpp"

namespace assay {
namespace {

constexpr std::int64_t kMostPoints = 600;
constexpr std::int64_t kMeanCompletions = 20;

/// The smallest of 1, 2, 5, 10, 20, ... that is not below `value`.
std::int64_t round_up_to_125(std::int64_t value) {
  std::int64_t power = 1;
  for (;; power *= 10) {
    for (const std::int64_t digit : {1, 2, 5}) {
      if (digit * power >= value) {
        return digit * power;
      }
    }
  }
}

std::int64_t interval_width(const RunDistributions& run) {
  const std::int64_t duration = run.last_completion.count();
  const auto completed = static_cast<std::int64_t>(run.completed_queries);
  const double for_enough = static_cast<double>(duration) * kMeanCompletions / static_cast<double>(completed);
  const auto finest = std::max(duration / kMostPoints + 1, std::min(duration, static_cast<std::int64_t>(for_enough)));
  return round_up_to_125(finest);
}

}  // namespace

std::vector<SeriesPoint> time_series(const TestResult& result, const RunDistributions& distributions) {
  if (distributions.completed_queries == 0) {
    return {};
  }
  const std::int64_t width = interval_width(distributions);
  const std::int64_t last = distributions.last_completion.count();
  CompletionIntervals intervals(result, distributions, Nanoseconds{width});
  std::vector<SeriesPoint> series;
  series.reserve(intervals.size());
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    series.push_back(series_point(intervals.at(i)));
    series.back().t_s = seconds(Nanoseconds{std::min(last, static_cast<std::int64_t>(i + 1) * width)});
  }
  return series;
}

}  // namespace assay
