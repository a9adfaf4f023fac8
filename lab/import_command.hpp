#pragma once

#include <optional>
#include <string>

#include "lab/command_adder.hpp"
#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

struct ImportCommandOptions {
  ConsoleOptions console;
  std::string format;  ///< "gbench" or "mlperf"
  std::string path;
  std::optional<std::string> json;
};

void add_import_command(CommandAdder& adder);

/// `assay import gbench FILE`: a result file of Google Benchmark, of whatever program, as a table or as
/// "assay/bench/1". `assay import mlperf FILE|DIR`: the logs that LoadGen left of a run, as a summary or as
/// "assay/import/1". Throws CommandError (file) for what cannot be read or is no such file.
[[nodiscard]] ExitCode import_command(const ImportCommandOptions& options);

}  // namespace assay
