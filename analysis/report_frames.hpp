#pragma once

#include "analysis/html.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// "Frames": who missed the deadline, the slowest of each trigger, and what a display would have shown. Empty without
/// frames.
[[nodiscard]] Html frames_section(const RunDocument& run);

}  // namespace assay
