#pragma once

#include <optional>
#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "lab/run_options.hpp"

namespace assay {

struct TailCommandOptions {
  RunOptions run;  ///< --slo is required; the knob's own flag is set by the search
  std::string knob = "noise";
  std::string burst = "1ms";
  std::optional<std::string> highest;  ///< dose, as the knob's flag takes it
  std::string most_runs = "10";
  bool list = false;
  MeasurementOptions measurement;
  ConsoleOptions console;
  std::optional<std::string> json;
};

/// `assay tail`: in at most ten runs the dose of one knob above which the percentile leaves its window, with an
/// interval, and what the 1 % law predicts beside it. Each level is a run with its own file; the search is kept as
/// "assay/tail/1". Returns run_invalid where no threshold was found.
[[nodiscard]] ExitCode tail_command(const TailCommandOptions& options);

/// `assay tail --list`: which knobs this machine has, how strong they are here, and why others are not there.
[[nodiscard]] ExitCode tail_list_command(const TailCommandOptions& options);

}  // namespace assay
