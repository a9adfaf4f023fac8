#include "analysis/latency_knees.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay {
namespace {

constexpr std::size_t kFewestPoints = 8;

// The price of a segment in nepers of absolute deviation: a plateau of three points pays for itself where it lies a
// tenth off its neighbours, one noisy point never does. On top comes a share of the noise that the points show.
constexpr double kSegmentPrice = 0.3;
constexpr double kNoisePrice = 4.0;

// What makes a segment a plateau: at least three points over nearly an octave that rise by less than a fifth in one.
constexpr std::size_t kPlateauPoints = 3;
constexpr double kPlateauOctaves = 0.9;
constexpr double kPlateauSlope = 0.2;

// What makes two plateaus two: levels more than 30 % apart, and a rise by half within the octave behind the first. Page
// walks with small pages raise the latency of memory by up to a third in an octave, and over several as much as a cache
// would; from one level to the next it at least doubles, in two octaves at most.
const double kLevelGap = std::log(1.3);
constexpr double kJump = 0.4;

// Up to this far above its median a point still belongs to a plateau.
const double kTolerance = std::log(1.2);

// A plateau that ends up to this far beyond a reported cache is taken for that cache's: neighbours on the grid of
// sizes, and caches that keep part of a working set a little larger than they are.
constexpr double kBeyondReported = 1.5;

// A plateau slower than this share of the last one is memory seen through page walks, not a cache.
constexpr double kCacheShare = 0.4;

struct Point {
  double octave = 0.0;  ///< log2 of the size
  double level = 0.0;   ///< log of the latency
  std::uint64_t bytes = 0;
};

struct LevelSegment {
  std::size_t first = 0;
  std::size_t end = 0;  ///< one past the last point
};

double median_level(std::span<const Point> points) {
  std::vector<double> levels;
  for (const Point& point : points) {
    levels.push_back(point.level);
  }
  std::sort(levels.begin(), levels.end());
  const std::size_t half = levels.size() / 2;
  return levels.size() % 2 == 1 ? levels[half] : (levels[half - 1] + levels[half]) / 2;
}

double absolute_deviation(std::span<const Point> points) {
  const double median = median_level(points);
  double sum = 0.0;
  for (const Point& point : points) {
    sum += std::fabs(point.level - median);
  }
  return sum;
}

/// Median of the slopes between all pairs of points [nepers/octave]; robust against single points (Theil and Sen).
double slope_of(std::span<const Point> points) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      slopes.push_back((points[j].level - points[i].level) / (points[j].octave - points[i].octave));
    }
  }
  std::sort(slopes.begin(), slopes.end());
  return slopes.empty() ? 0.0 : slopes[slopes.size() / 2];
}

/// Typical deviation of a point from the mean of its neighbours: steps and plateaus add nothing to the median.
double noise_of(std::span<const Point> points) {
  std::vector<double> deviations;
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    deviations.push_back(std::fabs(points[i].level - (points[i - 1].level + points[i + 1].level) / 2));
  }
  std::sort(deviations.begin(), deviations.end());
  return deviations[deviations.size() / 2];
}

/// The segmentation of least deviation and price together, by dynamic programming over the end of the last segment.
std::vector<LevelSegment> level_segments_of(std::span<const Point> points) {
  const double price = kSegmentPrice + kNoisePrice * noise_of(points);
  std::vector<double> best(points.size() + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> from(points.size() + 1, 0);
  best[0] = 0.0;
  for (std::size_t end = 1; end <= points.size(); ++end) {
    for (std::size_t first = 0; first < end; ++first) {
      const double cost = best[first] + price + absolute_deviation(points.subspan(first, end - first));
      if (cost < best[end]) {
        best[end] = cost;
        from[end] = first;
      }
    }
  }
  std::vector<LevelSegment> segments;
  for (std::size_t end = points.size(); end > 0; end = from[end]) {
    segments.push_back({.first = from[end], .end = end});
  }
  std::reverse(segments.begin(), segments.end());
  return segments;
}

bool is_plateau(std::span<const Point> points) {
  return points.size() >= kPlateauPoints && points.back().octave - points.front().octave >= kPlateauOctaves &&
         slope_of(points) <= kPlateauSlope;
}

/// Rise from the octave before point `end` to the octave from it on.
double rise_at(std::span<const Point> points, std::size_t end) {
  std::size_t first = end;
  while (first > 0 && points[end].octave - points[first - 1].octave <= 1.0) {
    --first;
  }
  std::size_t last = end;
  while (last < points.size() && points[last].octave - points[end].octave < 1.0) {
    ++last;
  }
  return median_level(points.subspan(end, last - end)) - median_level(points.subspan(first, end - first));
}

/// Moves the end of a plateau to the last point within tolerance, before two in a row that are beyond it.
LevelSegment adjusted(std::span<const Point> points, LevelSegment segment) {
  const double limit = median_level(points.subspan(segment.first, segment.end - segment.first)) + kTolerance;
  std::size_t end = segment.first + 1;
  for (std::size_t i = segment.first; i < points.size(); ++i) {
    const bool beyond = points[i].level > limit;
    if (!beyond) {
      end = i + 1;
    } else if (i + 1 == points.size() || points[i + 1].level > limit) {
      break;
    }
  }
  return {.first = segment.first, .end = end};
}

/// Whether `segment` goes on at the level of the plateau `before`, or drifts away from it without a jump.
bool continues(std::span<const Point> points, LevelSegment before, LevelSegment segment) {
  const auto level_of = [&points](LevelSegment part) {
    return median_level(points.subspan(part.first, part.end - part.first));
  };
  return level_of(segment) - level_of(before) < kLevelGap || rise_at(points, before.end) < kJump;
}

std::vector<LevelSegment> plateaus_of(std::span<const Point> points) {
  std::vector<LevelSegment> plateaus;
  for (const LevelSegment& segment : level_segments_of(points)) {
    const bool flat = is_plateau(points.subspan(segment.first, segment.end - segment.first));
    const bool adjacent = !plateaus.empty() && plateaus.back().end == segment.first;
    if (!plateaus.empty() && (flat || adjacent) && continues(points, plateaus.back(), segment)) {
      plateaus.back().end = segment.end;
    } else if (flat) {
      plateaus.push_back(segment);
    }
  }
  return plateaus;
}

/// The levels with each replaced by the median of itself and its neighbours: a single disturbed point vanishes, a step
/// stays where it is.
void smooth(std::span<Point> points) {
  const std::vector<Point> raw(points.begin(), points.end());
  for (std::size_t i = 1; i + 1 < points.size(); ++i) {
    points[i].level = median_level(std::span(raw).subspan(i - 1, 3));
  }
}

LatencyPlateau described(std::span<const Point> points, LevelSegment segment, bool drifts_to_the_end) {
  const LevelSegment held = drifts_to_the_end ? segment : adjusted(points, segment);
  LatencyPlateau plateau{
      .latency_ns = std::exp(median_level(points.subspan(segment.first, segment.end - segment.first))),
      .first_bytes = points[held.first].bytes,
      .last_bytes = points[held.end - 1].bytes};
  if (held.end < points.size()) {
    plateau.beyond_bytes = points[held.end].bytes;
  }
  return plateau;
}

/// Why these points cannot be judged; empty if they can.
std::string obstacle_of(std::span<const LatencyPoint> points) {
  for (const LatencyPoint& point : points) {
    if (point.bytes == 0 || !std::isfinite(point.latency_ns) || point.latency_ns <= 0.0) {
      return fmt::format("the latency of {} bytes is {} ns: not a positive number", point.bytes, point.latency_ns);
    }
  }
  if (points.size() < kFewestPoints) {
    return fmt::format("{} sizes were measured; it takes {} or more to tell plateaus from noise", points.size(),
                       kFewestPoints);
  }
  return "";
}

std::string doubt_of(const LatencyKnees& knees) {
  if (knees.plateaus.empty()) {
    return "no stretch of sizes has a constant latency";
  }
  const LatencyPlateau& last = knees.plateaus.back();
  if (last.beyond_bytes) {
    return fmt::format("beyond {} bytes the latency reaches no new plateau: the sweep ends too early or is too noisy",
                       last.last_bytes);
  }
  if (knees.plateaus.size() == 1) {
    return "the latency is the same for all sizes: the sweep shows no cache";
  }
  return "";
}

}  // namespace

LatencyKnees find_latency_knees(std::span<const LatencyPoint> points) {
  LatencyKnees knees{.plateaus = {}, .reason = obstacle_of(points)};
  if (!knees.reason.empty()) {
    return knees;
  }
  std::vector<Point> sorted;
  for (const LatencyPoint& point : points) {
    sorted.push_back({.octave = std::log2(static_cast<double>(point.bytes)),
                      .level = std::log(point.latency_ns),
                      .bytes = point.bytes});
  }
  std::sort(sorted.begin(), sorted.end(), [](const Point& a, const Point& b) { return a.bytes < b.bytes; });
  const auto equal = [](const Point& a, const Point& b) { return a.bytes == b.bytes; };
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end(), equal); twice != sorted.end()) {
    knees.reason = fmt::format("{} bytes were given twice", twice->bytes);
    return knees;
  }
  smooth(sorted);
  const std::vector<LevelSegment> plateaus = plateaus_of(sorted);
  for (const LevelSegment& plateau : plateaus) {
    const bool last = plateau.end == sorted.size();
    knees.plateaus.push_back(described(sorted, plateau, last));
  }
  knees.reason = doubt_of(knees);
  return knees;
}

std::vector<Reading<Bytes>> measured_capacities(const LatencyKnees& knees, std::span<const Bytes> reported) {
  std::vector<Reading<Bytes>> capacities;
  double below = 0.0;
  for (const Bytes cache : reported) {
    const double above = kBeyondReported * static_cast<double>(cache.count);
    const LatencyPlateau* found = nullptr;
    for (const LatencyPlateau& plateau : knees.plateaus) {
      const auto end = static_cast<double>(plateau.last_bytes);
      const bool fast = plateau.latency_ns <= kCacheShare * knees.plateaus.back().latency_ns;
      if (plateau.beyond_bytes && fast && end > below && end <= above) {
        found = &plateau;
      }
    }
    if (found != nullptr) {
      capacities.emplace_back(Bytes{found->last_bytes});
    } else {
      capacities.emplace_back(
          Unavailable{fmt::format("no plateau of the latency ends between {:.0f} and {:.0f} bytes{}{}", below, above,
                                  knees.reason.empty() ? "" : "; ", knees.reason)});
    }
    below = above;
  }
  return capacities;
}

}  // namespace assay
