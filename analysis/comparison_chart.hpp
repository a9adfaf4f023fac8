#pragma once

#include "analysis/html.hpp"
#include "analysis/run_comparison.hpp"

namespace assay {

/// The ratios of a block with their intervals on a logarithmic axis, the margin as a band about 1, as one SVG without
/// script that the styles of the report draw. An interval that leaves the picture ends in an arrow. Empty where no row
/// has a ratio.
[[nodiscard]] Html ratio_chart(const ComparisonBlock& block, double margin);

/// Powers of a step that is even on a logarithmic axis, 1 among them: {0.8, 0.9, 1, 1.1, 1.25} in a picture about 1.
[[nodiscard]] std::vector<double> ratio_ticks(double lower, double upper);

}  // namespace assay
