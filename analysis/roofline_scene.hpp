#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"

namespace assay {

/// What one chart shows: the roofs of one set and the dots that may share its axes.
struct RooflineScene {
  const RoofSet* set = nullptr;
  std::vector<const PlacedDot*> dots;
  std::vector<std::string> left_out;  ///< dots of this set that may not share the axes, with the reason
  double least_intensity = 0.1;       ///< work per byte
  double largest_intensity = 10.0;
  double least_rate = 1e9;  ///< work per second
  double largest_rate = 1e12;
};

/// nullptr if there is none with a flat roof: the floating-point set of the most threads, f64 before f32.
[[nodiscard]] const RoofSet* main_set(const Roofline& roofline);

/// Ranges hold every measured point, dot, ridge and roof of the set with some room. `set` must have a flat roof.
[[nodiscard]] RooflineScene scene_of(const Roofline& roofline, const RoofSet& set, std::span<const PlacedDot> dots);

}  // namespace assay
