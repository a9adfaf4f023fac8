#pragma once

#include <optional>
#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "lab/run_options.hpp"

namespace assay {

struct TryCommandOptions {
  std::string experiment;
  RunOptions run;
  std::string pairs = "3";
  bool list = false;
  MeasurementOptions measurement;
  ConsoleOptions console;
  std::optional<std::string> json;
};

/// `assay try`: runs the workload without and with one means against a long tail, in turn (A B B A ...), the two runs
/// of a pair under the same seed and the same injected load, and says by the pairs what was seen. Each run has its own
/// file; the comparison is kept as "assay/try/1". environment_refused where this machine cannot show it, run_invalid
/// where no quantity could be compared.
[[nodiscard]] ExitCode try_command(const TryCommandOptions& options);

/// `assay try --list`: the experiments, what A and B are, and why one is not possible here.
[[nodiscard]] ExitCode try_list_command(const TryCommandOptions& options);

}  // namespace assay
