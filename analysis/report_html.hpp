#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/run_document.hpp"
#include "analysis/track_record.hpp"

namespace assay {

/// A word of the report and what it means.
struct ReportTerm {
  std::string term;
  std::string definition;
};

struct ReportOptions {
  std::string title;                 ///< empty: made from the runs' workload and machine
  std::string machine_verdict;       ///< the doctor's sentence about this machine; empty: none was asked for
  std::vector<std::string> notes;    ///< further lines under the verdicts, e.g. what was not measured and why
  std::vector<ReportTerm> glossary;  ///< the definitions to print at the end
  std::optional<TrackRecord> track;  ///< whose runs these are: its section comes first
};

/// The runs as one HTML file that needs nothing else: no network (a Content-Security-Policy forbids it and admits only
/// the one inline script and style, by SHA-256), opens from a folder, and holds the result files themselves as JSON.
/// Verdicts, tables, conditions and definitions are plain HTML and read without JavaScript; only the charts need it.
/// Every text of a run is untrusted and comes out escaped. A run carries its mark (RunMark) wherever its numbers
/// stand. Deterministic: the same runs give the same bytes. Throws std::invalid_argument if there is no run.
[[nodiscard]] std::string report_html(std::span<const RunDocument> runs, const ReportOptions& options);

}  // namespace assay
