#include "lab/report_command.hpp"

#include <fmt/format.h>

#include "analysis/report_html.hpp"
#include "analysis/report_text.hpp"
#include "lab/glossary.hpp"
#include "lab/json_output.hpp"
#include "lab/run_files.hpp"

namespace assay {

std::string report_page(std::span<const RunDocument> runs, const std::string& title, const std::string& machine_verdict,
                        const std::vector<std::string>& notes, const std::optional<TrackRecord>& track) {
  ReportOptions options{
      .title = title, .machine_verdict = machine_verdict, .notes = notes, .glossary = {}, .track = track};
  for (const auto table : {glossary_terms(), glossary_decoding()}) {
    for (const GlossaryEntry& entry : table) {
      options.glossary.push_back({.term = std::string(entry.term), .definition = std::string(entry.definition)});
    }
  }
  return report_html(runs, options);
}

ExitCode report_command(const ReportCommandOptions& options) {
  Console console(options.console);
  std::vector<std::string> refused;
  const std::vector<LoadedRun> loaded = load_runs(options.paths, refused);
  for (const std::string& reason : refused) {
    console.warning("left out: " + reason);
  }
  std::vector<RunDocument> runs;
  for (const LoadedRun& one : loaded) {
    if (!one.run.hash_matches) {
      console.warning(fmt::format("{}: changed after it was written: its hash does not match", one.path));
    }
    runs.push_back(one.run);
  }
  if (options.text) {
    for (const RunDocument& run : runs) {
      console.result(run_summary_text(run, console.text_style()) + "\n");
    }
    return ExitCode::ok;
  }
  const std::string page = report_page(runs, options.title, "", {});
  if (options.output == "-") {
    console.result(page);
  } else {
    write_text(options.output, page);
    console.note(fmt::format("{} {} in {} ({} KiB)", runs.size(), runs.size() == 1 ? "run" : "runs", options.output,
                             page.size() / 1024));
  }
  return ExitCode::ok;
}

}  // namespace assay
