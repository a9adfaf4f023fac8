#pragma once

#include <string>

#include "analysis/run_comparison.hpp"
#include "analysis/terminal_histogram.hpp"

namespace assay {

/// The comparison for a terminal of 80 columns, or of more where a value needs them: of several blocks the verdicts
/// first; each block with what differs and does not forbid it, its verdict, and the table of quantities; how it was
/// judged at the end. Texts of files come out as printable ASCII.
[[nodiscard]] std::string comparison_text(const RunComparison& comparison, const TextStyle& style);

}  // namespace assay
