#include "analysis/soak_points.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "analysis/completion_intervals.hpp"
#include "analysis/latency_distribution.hpp"
#include "analysis/latency_record.hpp"
#include "analysis/percentile.hpp"

namespace assay {
namespace {

Nanoseconds period_of(const RunDistributions& distributions, Nanoseconds base) {
  constexpr double kMeanCompletions = 20.0;
  if (distributions.completed_queries == 0) {
    return base;
  }
  const double for_enough =
      seconds(distributions.last_completion) * kMeanCompletions / static_cast<double>(distributions.completed_queries);
  return base * std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(for_enough / seconds(base))));
}

}  // namespace

SoakCourse soak_course(const TestResult& result, const RunDistributions& distributions, Nanoseconds base_period) {
  if (base_period <= Nanoseconds::zero()) {
    throw std::invalid_argument("a soak needs points of a length above 0");
  }
  SoakCourse course{.period = period_of(distributions, base_period)};
  CompletionIntervals intervals(result, distributions, course.period);
  const auto whole = static_cast<std::size_t>(distributions.last_completion / course.period);
  for (std::size_t i = 0; i < whole; ++i) {
    const SeriesPoint work = series_point(intervals.at(i));
    course.points.push_back({.t_s = static_cast<double>(i) * seconds(course.period),
                             .throughput_per_s = static_cast<double>(work.completed) / seconds(course.period),
                             .p50_s = work.p50_s,
                             .p99_s = work.p99_s});
  }
  course.left_out = distributions.last_completion - static_cast<std::int64_t>(whole) * course.period;
  return course;
}

std::vector<EstimateRecord> loop_p99(const TestResult& result, const RunDistributions& distributions,
                                     Nanoseconds period, std::span<const SoakLoop> loops) {
  constexpr auto kP99 = Percentile::of_parts_per_million(990'000);
  CompletionIntervals intervals(result, distributions, period);
  std::vector<EstimateRecord> tails;
  for (const SoakLoop& loop : loops) {
    const auto point_at = [&](double t_s) { return static_cast<std::size_t>(std::lround(t_s / seconds(period))); };
    const auto latencies = intervals.from_to(point_at(loop.begin_s), point_at(loop.end_s));
    tails.push_back(latencies.empty() ? EstimateRecord{.reason = "nothing completed in this loop"}
                                      : latency_record(LatencyDistribution({latencies.begin(), latencies.end()}), kP99)
                                            .percentiles_s.at(kP99.name()));
  }
  return tails;
}

}  // namespace assay
