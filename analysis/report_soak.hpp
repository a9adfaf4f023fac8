#pragma once

#include <cstddef>

#include "analysis/html.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// What one run says of a soak: verdict with its evidence, the place of its chart, figures, loops, energy, sensors, and
/// the reason for whatever is absent. Nothing for a run without a soak. `number` is that of the run's section.
[[nodiscard]] Html soak_section(const RunDocument& run, std::size_t number);

}  // namespace assay
