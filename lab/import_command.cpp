#include "lab/import_command.hpp"

#include <stdexcept>

#include "lab/import_view.hpp"
#include "lab/json_output.hpp"

namespace assay {

namespace {

GbenchFile read(const std::string& path) {
  try {
    return read_gbench_file(path);
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file,
                       std::string(error.what()) + "; a file that --benchmark_out=FILE writes as JSON is expected");
  }
}

}  // namespace

ExitCode import_command(const ImportCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  const GbenchFile file = read(options.path);
  write_json(options.json, gbench_json(file), console);
  if (options.json != "-") {
    console.result(gbench_text(file, console.text_style().charset));
  }
  return ExitCode::ok;
}

}  // namespace assay
