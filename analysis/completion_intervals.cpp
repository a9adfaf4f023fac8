#include "analysis/completion_intervals.hpp"

#include <algorithm>
#include <stdexcept>

#include "analysis/percentile.hpp"

namespace assay {
namespace {

constexpr std::size_t kFewestForP99 = 100;

/// Takes the percentile out of `values`, reordering them from `settled` on; what lies before is already smaller.
double take_percentile(std::span<std::int64_t> values, Percentile percentile, std::size_t settled) {
  const auto rank = static_cast<std::ptrdiff_t>(percentile.rank(values.size()) - 1);
  const auto from = std::min(static_cast<std::ptrdiff_t>(settled), rank);
  std::nth_element(values.begin() + from, values.begin() + rank, values.end());
  return seconds(Nanoseconds{values[static_cast<std::size_t>(rank)]});
}

/// Calls visit(interval, latency) for each completed response.
template <typename Visit>
void for_each_completion(const TestResult& result, const RunDistributions& run, std::int64_t width, Visit visit) {
  const std::span<const std::int64_t> latencies = run.response.in_time_order();
  const std::uint64_t stride = records_per_response(result);
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    if (latencies[i] != kNever.count()) {
      const std::int64_t completed = result.records[i * stride].scheduled_ns + latencies[i];
      visit(static_cast<std::size_t>(std::max<std::int64_t>(0, completed - 1) / width), latencies[i]);
    }
  }
}

}  // namespace

CompletionIntervals::CompletionIntervals(const TestResult& result, const RunDistributions& distributions,
                                         Nanoseconds width) {
  if (width <= Nanoseconds::zero()) {
    throw std::invalid_argument("intervals of completions: a width above 0 is needed");
  }
  if (distributions.completed_queries == 0) {
    return;
  }
  const std::int64_t last = std::max<std::int64_t>(1, distributions.last_completion.count());
  begin_.assign(static_cast<std::size_t>((last - 1) / width.count() + 2), 0);
  // Counting sort by interval: one pass to size them, one to fill.
  for_each_completion(result, distributions, width.count(),
                      [this](std::size_t interval, std::int64_t) { ++begin_.at(interval + 1); });
  for (std::size_t i = 1; i < begin_.size(); ++i) {
    begin_[i] += begin_[i - 1];
  }
  latencies_.resize(begin_.back());
  std::vector<std::size_t> next = begin_;
  for_each_completion(result, distributions, width.count(), [this, &next](std::size_t interval, std::int64_t latency) {
    latencies_[next[interval]++] = latency;
  });
}

SeriesPoint series_point(std::span<std::int64_t> latencies) {
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

}  // namespace assay
