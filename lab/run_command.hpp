#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "lab/run_options.hpp"

namespace assay {

struct RunCommandOptions {
  RunOptions run;
  MeasurementOptions measurement;
  ConsoleOptions console;
  std::optional<std::string> json;  ///< "-": stdout, else a file
  std::optional<std::string> fail_on;
  bool events = false;   ///< NDJSON events on stdout
  bool dry_run = false;  ///< print the plan, measure nothing
  std::string repeat = "1";
};

/// `assay run`: measures one workload in one scenario, shows it, and keeps a result file.
[[nodiscard]] ExitCode run_command(const RunCommandOptions& options);

}  // namespace assay
