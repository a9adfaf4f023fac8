#pragma once

#include "analysis/html.hpp"
#include "analysis/run_document.hpp"

namespace assay {

// What one run says of its tail, each as a heading with a table; where it cannot be said, the reason.

/// "Math Peek": what formulas make of mean and standard deviation alone, beside the measured percentile.
[[nodiscard]] Html math_peek_section(const RunDocument& run);

/// The chance that of many devices, each serving one query, at least one is over the window.
[[nodiscard]] Html fleet_section(const RunDocument& run);

/// "Who made the slow queries slow": the excess time by cause. Causes of 0 are left out, "unattributed" never.
[[nodiscard]] Html attribution_section(const RunDocument& run);

}  // namespace assay
