#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_flags.hpp"
#include "lab/export_command.hpp"

namespace assay {

void add_export_command(CommandAdder& adder) {
  const auto options = std::make_shared<ExportCommandOptions>();
  CLI::App* sub = adder.add("export", "runs for other programs: csv, jsonl, md, sql, mlperf-layout",
                            [options] { return export_command(*options); });
  sub->add_option("format", options->format,
                  "csv, sql or md: a row a run; jsonl: a file a line; mlperf-layout: the folders of a submission")
      ->required()
      ->check(CLI::IsMember({"csv", "jsonl", "md", "sql", "mlperf-layout"}))
      ->type_name("FORMAT");
  sub->add_option("paths", options->paths, "run files, or folders of them")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->required()
      ->type_name("RUN|DIR");
  sub->add_option("-o,--output", options->output, "the file (default: stdout); of mlperf-layout an empty folder")
      ->type_name("FILE|DIR");
  add_console(sub, options->console);
}

}  // namespace assay
