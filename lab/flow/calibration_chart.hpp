#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/html.hpp"

namespace assay {

/// A prediction of a number against what was measured.
struct CalibrationPoint {
  std::string label;
  std::string unit;
  double predicted = 0.0;
  double measured = 0.0;
  bool late = false;
};

/// Predicted over measured on a logarithmic axis with its 1 x, one row a prediction, as inline SVG that needs neither a
/// style nor a script. Only what is above 0 on both sides can stand there; empty where nothing can.
/// `standalone`: a file of its own, and no table above it.
[[nodiscard]] Html calibration_chart(const std::vector<CalibrationPoint>& points, bool standalone = false);

/// The predictions of numbers that were revealed, from the parts of an export or of a state.
[[nodiscard]] std::vector<CalibrationPoint> calibration_points(const nlohmann::ordered_json& parts);

}  // namespace assay
