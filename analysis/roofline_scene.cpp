#include "analysis/roofline_scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace assay {
namespace {

/// Widens a range so that it holds `value`, if that is a number above 0.
void include(double& lower, double& upper, double value) {
  if (std::isfinite(value) && value > 0.0) {
    lower = std::min(lower, value);
    upper = std::max(upper, value);
  }
}

void choose_dots(std::span<const PlacedDot> dots, RooflineScene& scene) {
  for (const PlacedDot& dot : dots) {
    if (!dot.refused.empty() || dot.threads != scene.set->threads || dot.dtype != scene.set->dtype ||
        dot.axes.work_unit != scene.set->work_unit) {
      continue;
    }
    const std::string conflict = scene.dots.empty() ? "" : axes_conflict(scene.dots.front()->axes, dot.axes);
    if (conflict.empty()) {
      scene.dots.push_back(&dot);
    } else {
      scene.left_out.push_back(fmt::format("{}: {}", dot.name, conflict));
    }
  }
}

}  // namespace

const RoofSet* main_set(const Roofline& roofline) {
  const auto rank = [](const RoofSet& set) {
    return std::tuple(set.work_unit == "flop", set.threads, set.dtype == "f64");
  };
  const RoofSet* best = nullptr;
  for (const RoofSet& set : roofline.sets) {
    if (set.flat && (best == nullptr || rank(set) > rank(*best))) {
      best = &set;
    }
  }
  return best;
}

RooflineScene scene_of(const Roofline& roofline, const RoofSet& set, std::span<const PlacedDot> dots) {
  RooflineScene scene;
  scene.set = &set;
  choose_dots(dots, scene);
  const auto roof = [&](std::size_t i) { return *roofline.ceilings[i].roof.point; };
  const double flat = roof(*set.flat);
  double low_x = INFINITY;
  double high_x = 0.0;
  double low_y = flat;
  double high_y = flat;
  for (const std::size_t i : set.others) {
    include(low_y, high_y, roof(i));
  }
  for (const LevelRoofs& level : set.levels) {
    include(low_x, high_x, level.ridge.point.value_or(0.0));
    for (const std::size_t i : level.points) {
      include(low_x, high_x, *roofline.ceilings[i].intensity);
      include(low_y, high_y, roof(i));
    }
  }
  for (const PlacedDot* dot : scene.dots) {
    include(low_x, high_x, *dot->intensity);
    include(low_y, high_y, *dot->achieved.point);
  }
  if (!(high_x > 0.0)) {
    low_x = high_x = 1.0;
  }
  constexpr double kRoomLeft = 4.0;  // the steepest slope needs a length to be named on
  constexpr double kRoomRight = 1.7;
  constexpr double kLeastSpan = 10.0;
  scene.least_intensity = low_x / kRoomLeft;
  scene.largest_intensity = std::max(high_x * kRoomRight, scene.least_intensity * kLeastSpan);
  scene.largest_rate = high_y * 1.35;
  scene.least_rate = std::min(low_y / 1.3, scene.largest_rate / kLeastSpan);
  return scene;
}

}  // namespace assay
