#pragma once

#include <optional>
#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "lab/run_options.hpp"

namespace assay {

struct ComplianceCommandOptions {
  RunOptions run;
  std::string pairs = "5";
  MeasurementOptions measurement;
  ConsoleOptions console;
  std::optional<std::string> json;
};

/// `assay compliance`: whether a workload does its work in every query, whatever it is asked for. Runs it as usual,
/// with one sample only, with seeds that nobody could know, and for the first time, in turn. run_invalid where it does
/// not, or where that cannot be told.
[[nodiscard]] ExitCode compliance_command(const ComplianceCommandOptions& options);

}  // namespace assay
