#pragma once

#include <string>
#include <vector>

namespace assay {

/// A logarithmic axis between two places of a picture (pixels, or columns of a terminal).
struct LogAxis {
  double lower = 1.0;  ///< above 0
  double upper = 10.0;
  double begin = 0.0;  ///< where `lower` stands
  double end = 1.0;    ///< where `upper` stands; may lie before `begin`

  [[nodiscard]] double position(double value) const;
  [[nodiscard]] bool holds(double value) const { return value >= lower && value <= upper; }
};

struct AxisTick {
  double value = 1.0;
  bool labelled = true;  ///< powers of ten, and 2 and 5 where there is room
};

/// 1, 2 and 5 times the powers of ten within the axis, ascending; only the powers of ten are labelled where the axis
/// spans more than `most_labels` of them all.
[[nodiscard]] std::vector<AxisTick> axis_ticks(const LogAxis& axis, std::size_t most_labels);

}  // namespace assay
