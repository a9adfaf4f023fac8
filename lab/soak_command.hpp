#pragma once

#include <string>

#include "lab/command_error.hpp"
#include "lab/run_command.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

struct SoakCommandOptions {
  RunCommandOptions run;
  std::string length = "600s";
};

void add_soak_flags(CLI::App& sub, SoakCommandOptions& options);

/// The run that a soak is: MultiStream with a sample for each CPU where nothing else was asked, so that all of them
/// work; it ends with the time, however few queries that are. Throws CommandError (usage).
[[nodiscard]] RunOptions soak_run(const SoakCommandOptions& options);

/// `assay soak`: a long run with the machine watched beside it, and a verdict on what was sustained.
[[nodiscard]] ExitCode soak_command(const SoakCommandOptions& options);

}  // namespace assay
