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
  std::string soak = "20s";      ///< of the soak; "0s": none
  std::string roofline = "14s";  ///< limit of the roofline's rounds; "0s": no roofline
};

/// `assay tour`: the main job. Doctor, the roofline, then the four scenarios on one real kernel, Server at two loads
/// derived from what Offline completed, the tail under two doses of noise, and a short soak; a result file each, a
/// page, and a summary with the runs under the roofline. A window that a load breaks is a finding, not a failure: the
/// exit code is run_invalid only where a run or the roofline was not honest (wrong output, errors, implausible figures)
/// or is missing.
[[nodiscard]] ExitCode tour_command(const TourCommandOptions& options);

}  // namespace assay
