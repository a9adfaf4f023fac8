#pragma once

#include <vector>

#include "analysis/accuracy_curve.hpp"
#include "analysis/html.hpp"

namespace assay {

/// A chart for each noise: accuracy with its 95 % intervals against the signal-to-noise ratio, clean at the left, and
/// the same as a table. Each curve has its own mark and dash, so that it reads without colour; no script draws it.
/// Empty without curves.
[[nodiscard]] Html accuracy_charts(const std::vector<AccuracyCurve>& curves);

}  // namespace assay
