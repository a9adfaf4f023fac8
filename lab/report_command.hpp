#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/run_document.hpp"
#include "analysis/track_record.hpp"
#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

struct ReportCommandOptions {
  ConsoleOptions console;
  std::vector<std::string> paths;  ///< result files or folders of them
  std::string output = "report.html";
  std::string title;
  bool text = false;  ///< the summaries on stdout instead of a page
};

void add_report_flags(CLI::App& sub, ReportCommandOptions& options);

/// `assay report`: result files as one page that needs nothing else.
[[nodiscard]] ExitCode report_command(const ReportCommandOptions& options);

/// The page with the program's own definitions of the words in it, and a track's findings first.
[[nodiscard]] std::string report_page(std::span<const RunDocument> runs, const std::string& title,
                                      const std::string& machine_verdict, const std::vector<std::string>& notes,
                                      const std::optional<TrackRecord>& track = std::nullopt);

}  // namespace assay
