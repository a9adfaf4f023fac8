#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

/// Stands in every file of the layout.
inline constexpr const char* kNotASubmission =
    "NOT A SUBMISSION: written by Assay from its own result file to show the shape of such logs; no rule of MLPerf was "
    "checked, and the name MLPerf may not be used for these numbers.";

/// The lines ":::MLLOG {json}" of a run, with the keys that LoadGen uses where the run has what they mean. What it has
/// not is left out, never guessed. Times are whole nanoseconds; percentiles are Assay's exact ranks.
[[nodiscard]] std::string mlperf_detail_text(const RunDocument& run);

/// mlperf_log_summary.txt of a run.
[[nodiscard]] std::string mlperf_summary_text(const RunDocument& run);

/// The description of the machine that a run was made on, as systems/<id>.json.
[[nodiscard]] std::string mlperf_system_json(const RunDocument& run);

/// "SingleStream": the folder's and the log's name of "single".
[[nodiscard]] std::string mlperf_scenario(const RunDocument& run);

struct LayoutFile {
  std::string path;  ///< relative, forward slashes
  std::string text;
};

/// systems/<machine>.json and results/<machine>/<benchmark>/<scenario>/performance/run_<n>/mlperf_log_*.txt with a
/// README.md that says what it is. Runs of other parameters are another benchmark. Runs in accuracy mode are left out.
[[nodiscard]] std::vector<LayoutFile> mlperf_layout(std::span<const RunDocument> runs);

}  // namespace assay
