#include "analysis/time_series.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include "analysis/percentile.hpp"

namespace assay {
namespace {

constexpr std::int64_t kMostPoints = 600;
constexpr std::int64_t kMeanCompletions = 20;
constexpr std::size_t kFewestForP99 = 100;

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

/// Takes the percentile out of `values`, reordering them from `settled` on; what lies before is already smaller.
double take_percentile(std::span<std::int64_t> values, Percentile percentile, std::size_t settled) {
  const auto rank = static_cast<std::ptrdiff_t>(percentile.rank(values.size()) - 1);
  const auto from = std::min(static_cast<std::ptrdiff_t>(settled), rank);
  std::nth_element(values.begin() + from, values.begin() + rank, values.end());
  return seconds(Nanoseconds{values[static_cast<std::size_t>(rank)]});
}

SeriesPoint point_of(std::span<std::int64_t> latencies) {
  constexpr auto kP50 = Percentile::of_parts_per_million(500'000);
  constexpr auto kP99 = Percentile::of_parts_per_million(990'000);
  SeriesPoint point{.completed = latencies.size()};
  if (!latencies.empty()) {
    point.p50_s = take_percentile(latencies, kP50, 0);
  }
  if (latencies.size() >= kFewestForP99) {
    point.p99_s = take_percentile(latencies, kP99, kP50.rank(latencies.size()) - 1);
  }
  return point;
}

/// Calls visit(interval, latency) for each completed response.
template <typename Visit>
void for_each_completion(const TestResult& result, const RunDistributions& run, std::int64_t width, Visit visit) {
  const std::span<const std::int64_t> latencies = run.response.in_time_order();
  const std::uint64_t stride = records_per_response(result);
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    if (latencies[i] != kNever.count()) {
      const std::int64_t completed = result.records[i * stride].scheduled_ns + latencies[i];
      // An interval includes its end, so that the last completion does not open one of its own.
      visit(static_cast<std::size_t>(std::max<std::int64_t>(0, completed - 1) / width), latencies[i]);
    }
  }
}

}  // namespace

std::vector<SeriesPoint> time_series(const TestResult& result, const RunDistributions& distributions) {
  if (distributions.completed_queries == 0) {
    return {};
  }
  const std::int64_t width = interval_width(distributions);
  const std::int64_t last = distributions.last_completion.count();
  const auto intervals = static_cast<std::size_t>((std::max<std::int64_t>(1, last) - 1) / width + 1);

  // Counting sort by interval: one pass to size them, one to fill.
  std::vector<std::size_t> begin(intervals + 1, 0);
  for_each_completion(result, distributions, width, [&](std::size_t interval, std::int64_t) { ++begin[interval + 1]; });
  for (std::size_t i = 0; i < intervals; ++i) {
    begin[i + 1] += begin[i];
  }
  std::vector<std::int64_t> latencies(begin.back());
  std::vector<std::size_t> next = begin;
  for_each_completion(result, distributions, width,
                      [&](std::size_t interval, std::int64_t latency) { latencies[next[interval]++] = latency; });

  std::vector<SeriesPoint> series;
  series.reserve(intervals);
  for (std::size_t i = 0; i < intervals; ++i) {
    series.push_back(point_of(std::span(latencies).subspan(begin[i], begin[i + 1] - begin[i])));
    series.back().t_s = seconds(Nanoseconds{std::min(last, static_cast<std::int64_t>(i + 1) * width)});
  }
  return series;
}

}  // namespace assay
