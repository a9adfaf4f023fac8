#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"

namespace assay {

struct TourCommandOptions {
  MeasurementOptions measurement;
  ConsoleOptions console;
  std::optional<std::string> json;
  std::string workload = "mlp";
  std::vector<std::string> parameters;
  std::string duration = "10s";  ///< of each run
};

/// `assay tour`: the main job. Doctor, then the four scenarios on one real kernel, Server at two loads derived from
/// what Offline completed; a result file each, a page, and a summary. A window that a load breaks is a finding, not a
/// failure: the exit code is run_invalid only where a run was not honest (wrong output, errors) or is missing.
[[nodiscard]] ExitCode tour_command(const TourCommandOptions& options);

}  // namespace assay
