#pragma once

#include <optional>
#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

struct ImportCommandOptions {
  ConsoleOptions console;
  std::string format;  ///< "gbench"
  std::string path;
  std::optional<std::string> json;
};

/// `assay import gbench FILE`: a result file of Google Benchmark, of whatever program, as a table or as
/// "assay/bench/1". Throws CommandError (file) for a file that cannot be read or is no such file.
[[nodiscard]] ExitCode import_command(const ImportCommandOptions& options);

}  // namespace assay
