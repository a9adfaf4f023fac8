#include "analysis/svg_labels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace assay {
namespace {

using Corners = std::array<std::pair<double, double>, 4>;

Corners corners_of(const LabelBox& box) {
  const double c = std::cos(box.angle);
  const double s = std::sin(box.angle);
  Corners corners;
  std::size_t next = 0;
  for (const auto& [u, v] : {std::pair{-0.5, -0.5}, {0.5, -0.5}, {0.5, 0.5}, {-0.5, 0.5}}) {
    const double dx = u * box.width;
    const double dy = v * box.height;
    corners[next++] = {box.x + dx * c - dy * s, box.y + dx * s + dy * c};
  }
  return corners;
}

/// Whether the shadows of both on the direction `angle` are apart: then the boxes are (separating axis theorem).
bool apart_along(const Corners& a, const Corners& b, double angle) {
  const auto shadow = [&](const Corners& corners) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const auto& [x, y] : corners) {
      const double place = x * std::cos(angle) + y * std::sin(angle);
      low = std::min(low, place);
      high = std::max(high, place);
    }
    return std::pair{low, high};
  };
  const auto [a_low, a_high] = shadow(a);
  const auto [b_low, b_high] = shadow(b);
  return a_high < b_low || b_high < a_low;
}

bool overlap(const LabelBox& a, const LabelBox& b) {
  constexpr double kQuarter = 1.5707963267948966;
  const Corners ca = corners_of(a);
  const Corners cb = corners_of(b);
  for (const double angle : {a.angle, a.angle + kQuarter, b.angle, b.angle + kQuarter}) {
    if (apart_along(ca, cb, angle)) {
      return false;
    }
  }
  return true;
}

}  // namespace

void LabelPlaces::set_frame(double left, double top, double right, double bottom) {
  left_ = left;
  top_ = top;
  right_ = right;
  bottom_ = bottom;
}

bool LabelPlaces::take(const LabelBox& box) {
  for (const auto& [x, y] : corners_of(box)) {
    if (x < left_ || x > right_ || y < top_ || y > bottom_) {
      return false;
    }
  }
  if (std::any_of(taken_.begin(), taken_.end(), [&](const LabelBox& other) { return overlap(box, other); })) {
    return false;
  }
  taken_.push_back(box);
  return true;
}

double text_width(std::string_view text, double font_size) {
  // Letters of a sans-serif face are 0.5 to 0.62 em wide on average (DejaVu Sans is the widest usual one); bytes that
  // continue a UTF-8 character have no width.
  const auto letters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return 0.62 * font_size * static_cast<double>(letters);
}

}  // namespace assay
