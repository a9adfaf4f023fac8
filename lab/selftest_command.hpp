#pragma once

#include <optional>
#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"

namespace assay {

struct SelftestCommandOptions {
  bool full = false;
  std::string seed = "1";
  std::string only;  ///< one of selftest_groups(): a part of the table, which is not kept; empty: all
  MeasurementOptions measurement;
  ConsoleOptions console;
  std::optional<std::string> json;
};

/// `assay selftest`: the instrument against truths that are known beforehand, through the whole path of the program.
/// Prints the table and keeps it as "assay/selftest/1". run_invalid where a check failed, environment_refused where
/// none could be made on this machine.
[[nodiscard]] ExitCode selftest_command(const SelftestCommandOptions& options);

}  // namespace assay
