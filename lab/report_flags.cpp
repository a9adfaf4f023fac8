#include <CLI/CLI.hpp>

#include "lab/command_flags.hpp"
#include "lab/report_command.hpp"

namespace assay {

void add_report_flags(CLI::App& sub, ReportCommandOptions& options) {
  sub.add_option("paths", options.paths, "result files, or folders of them")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->required()
      ->type_name("RUN|DIR");
  sub.add_option("-o,--output", options.output, "the page (default: report.html); - is stdout")->type_name("FILE");
  sub.add_option("--title", options.title, "of the page")->type_name("TEXT");
  sub.add_flag("--text", options.text, "summaries on stdout instead of a page");
  add_console(&sub, options.console);
}

}  // namespace assay
