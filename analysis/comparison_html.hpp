#pragma once

#include <string>
#include <vector>

#include "analysis/run_comparison.hpp"

namespace assay {

/// The comparison as one HTML page that needs nothing else and runs no script: verdicts, charts, tables, what differs
/// and how it was judged. Every text of a run comes out escaped. `notes` stand under the verdicts. Deterministic.
[[nodiscard]] std::string comparison_html(const RunComparison& comparison, const std::vector<std::string>& notes = {});

}  // namespace assay
