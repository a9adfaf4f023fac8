#include "analysis/sustained_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace assay {
namespace {

constexpr double kPassLine = 0.97;
constexpr double kThroughputDrop = 0.05;
constexpr double kBurstSeconds = 10.0;
constexpr double kPeakWindowSeconds = 30.0;
constexpr double kShortestSeconds = 120.0;
constexpr std::size_t kFewestPointsInALoop = 2;

using Points = std::span<const SoakPoint>;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

double mean_throughput(Points points) {
  double sum = 0.0;
  for (const SoakPoint& point : points) {
    sum += point.throughput_per_s;
  }
  return sum / static_cast<double>(points.size());
}

/// The length of a point. Throws unless all are the same.
double step_of(Points points) {
  constexpr double kTolerance = 0.1;
  const double step = (points.back().t_s - points.front().t_s) / static_cast<double>(points.size() - 1);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool in_step = i == 0 || std::abs(points[i].t_s - points[i - 1].t_s - step) <= kTolerance * step;
    if (!(step > 0.0) || !in_step || !(points[i].throughput_per_s >= 0.0)) {
      throw std::invalid_argument(
          fmt::format("soak point {} at {} s with {}/s: points must be equally far apart and no throughput negative", i,
                      points[i].t_s, points[i].throughput_per_s));
    }
  }
  return step;
}

std::size_t points_in(double seconds, double step, std::size_t most) {
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(seconds / step)), 1, most);
}

double best_rolling_mean(Points points, std::size_t window) {
  double best = 0.0;
  for (std::size_t begin = 0; begin + window <= points.size(); ++begin) {
    best = std::max(best, mean_throughput(points.subspan(begin, window)));
  }
  return best;
}

double median_of_last_quarter(Points points) {
  constexpr std::size_t kParts = 4;
  std::vector<double> values;
  for (const SoakPoint& point : points.last((points.size() + kParts - 1) / kParts)) {
    values.push_back(point.throughput_per_s);
  }
  return median(std::move(values));
}

/// Where the points do not divide by the loops, a loop has one more than another, and is longer by it.
std::vector<SoakLoop> loops_of(Points points, double step, std::size_t count) {
  std::vector<SoakLoop> loops;
  loops.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = i * points.size() / count;
    const std::size_t end = (i + 1) * points.size() / count;
    const Points part = points.subspan(begin, end - begin);
    std::vector<double> tails;
    for (const SoakPoint& point : part) {
      if (point.p99_s) {
        tails.push_back(*point.p99_s);
      }
    }
    loops.push_back({.begin_s = part.front().t_s,
                     .end_s = part.back().t_s + step,
                     .throughput_per_s = mean_throughput(part),
                     .p99_s = tails.empty() ? std::nullopt : std::optional(median(std::move(tails)))});
  }
  return loops;
}

/// Absent unless each point has a clock.
std::optional<double> mean_clock(Points points, const Segment& segment) {
  double sum = 0.0;
  for (const SoakPoint& point : points.subspan(segment.begin, segment.size())) {
    if (!point.clock_hz) {
      return std::nullopt;
    }
    sum += *point.clock_hz;
  }
  return sum / static_cast<double>(segment.size());
}

std::vector<ThroughputDrop> drops_of(Points points, std::span<const Segment> segments) {
  std::vector<ThroughputDrop> drops;
  const Segment* best = nullptr;
  for (const Segment& segment : segments) {
    if (best == nullptr || segment.mean > best->mean) {
      best = &segment;
      continue;
    }
    const double drop = 1.0 - segment.mean / best->mean;
    if (drop < kThroughputDrop) {
      continue;
    }
    const auto before = mean_clock(points, *best);
    const auto during = mean_clock(points, segment);
    drops.push_back(
        {.before = *best,
         .during = segment,
         .begin_s = points[segment.begin].t_s - points.front().t_s,
         .drop = drop,
         .clock_drop = before && during && *before > 0.0 ? std::optional(1.0 - *during / *before) : std::nullopt});
  }
  return drops;
}

std::vector<double> throughputs(Points points) {
  std::vector<double> values(points.size());
  std::ranges::transform(points, values.begin(), &SoakPoint::throughput_per_s);
  return values;
}

}  // namespace

double SustainedAudit::peak_window_s() const { return std::min(kPeakWindowSeconds, duration_s); }

double SustainedAudit::burst_window_s() const { return std::min(kBurstSeconds, duration_s); }

bool SustainedAudit::is_stable() const { return stability >= kPassLine; }

const ThroughputDrop* SustainedAudit::deepest_drop() const {
  const auto deepest = std::ranges::min_element(drops, {}, [](const ThroughputDrop& drop) { return drop.during.mean; });
  return deepest == drops.end() ? nullptr : &*deepest;
}

Reading<SustainedAudit> sustained_audit(std::span<const SoakPoint> points, const SoakSettings& settings) {
  if (settings.loops == 0) {
    throw std::invalid_argument("0 loops: there must be at least 1");
  }
  if (points.size() < settings.loops * kFewestPointsInALoop) {
    return Unavailable{fmt::format("{} points are too few for {} loops: needs {}", points.size(), settings.loops,
                                   settings.loops * kFewestPointsInALoop)};
  }
  const double step = step_of(points);
  SustainedAudit audit{.duration_s = points.back().t_s + step - points.front().t_s};
  audit.burst_only = audit.duration_s < kShortestSeconds - step / 2.0;
  audit.loops = loops_of(points, step, settings.loops);
  const auto [worst, best] = std::ranges::minmax(audit.loops, {}, &SoakLoop::throughput_per_s);
  if (best.throughput_per_s <= 0.0) {
    return Unavailable{"nothing was completed"};
  }
  audit.stability = worst.throughput_per_s / best.throughput_per_s;
  audit.burst_per_s = mean_throughput(points.first(points_in(kBurstSeconds, step, points.size())));
  audit.peak_per_s = best_rolling_mean(points, points_in(kPeakWindowSeconds, step, points.size()));
  audit.sustained_per_s = median_of_last_quarter(points);
  audit.sustained_to_peak = audit.sustained_per_s / audit.peak_per_s;
  audit.segments = segments_of(throughputs(points));
  audit.steady = steady_state(audit.segments);
  if (audit.steady.begin) {
    audit.warm_up_s = points[*audit.steady.begin].t_s - points.front().t_s;
  }
  audit.drops = drops_of(points, audit.segments);
  const auto confirmed = std::ranges::find_if(
      audit.drops, [](const ThroughputDrop& drop) { return drop.clock_drop.value_or(0.0) >= kConfirmingClockDrop; });
  if (confirmed != audit.drops.end()) {
    audit.time_to_throttle_s = confirmed->begin_s;
  }
  return audit;
}

}  // namespace assay
