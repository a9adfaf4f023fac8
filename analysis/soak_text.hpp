#pragma once

#include <string>
#include <vector>

#include "analysis/run_document.hpp"
#include "analysis/terminal_histogram.hpp"

namespace assay {

/// A soak for a terminal: verdict with its first two sentences of evidence, stability, sustained and peak level, a
/// braille curve of the throughput over time from 0 upwards, and the energy or why none was measured. Each line stands
/// under a label, and carries the mark of its run. Nothing for a run without a soak. Control characters are '?'.
[[nodiscard]] std::string soak_text(const RunDocument& run, const TextStyle& style);

/// The curve alone, of `columns` cells: each column is filled up to the least throughput in its share of the
/// points, with a dot at the greatest. Nothing for fewer than two points or where nothing was completed.
[[nodiscard]] std::vector<std::string> throughput_curve(const SoakRecord& soak, const TextStyle& style);

}  // namespace assay
