#pragma once

#include <string>
#include <vector>

#include "lab/command_adder.hpp"
#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

struct ExportCommandOptions {
  ConsoleOptions console;
  std::string format;              ///< "csv", "jsonl", "md", "sql", "mlperf-layout"
  std::vector<std::string> paths;  ///< run files, or folders of them
  std::string output;              ///< empty: stdout; of mlperf-layout a folder that is not there or empty
};

void add_export_command(CommandAdder& adder);

/// `assay export`: runs as a table or as lines for other programs, or in the folders of an MLPerf submission (docs/
/// files.md). Throws CommandError: usage where mlperf-layout has no folder, file for what cannot be read or written.
[[nodiscard]] ExitCode export_command(const ExportCommandOptions& options);

}  // namespace assay
