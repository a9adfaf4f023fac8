#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_flags.hpp"
#include "lab/import_command.hpp"

namespace assay {

void add_import_command(CommandAdder& adder) {
  const auto options = std::make_shared<ImportCommandOptions>();
  CLI::App* sub =
      adder.add("import", "what another program's result file says", [options] { return import_command(*options); });
  sub->add_option("format", options->format, "gbench: JSON of Google Benchmark; mlperf: the logs of LoadGen")
      ->required()
      ->check(CLI::IsMember({"gbench", "mlperf"}))
      ->type_name("FORMAT");
  sub->add_option("file", options->path, "the result file; of mlperf also the folder with its logs")
      ->required()
      ->type_name("FILE|DIR");
  add_json(sub, options->json);
  add_console(sub, options->console);
}

}  // namespace assay
