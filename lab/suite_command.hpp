#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/command_adder.hpp"
#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"

namespace assay {

struct SuiteCommandOptions {
  std::string suite = "default";        ///< a name or a file
  std::string workload;                 ///< instead of the suite's; empty: the suite's
  std::vector<std::string> parameters;  ///< "width=0.5": of it, or in place of the suite's own
  std::string envelope;                 ///< what is taken away from the machine: a name or a file; empty: nothing
  std::string label;                    ///< of the machine in this bundle; empty: its own
  MeasurementOptions measurement;
  ConsoleOptions console;
  std::optional<std::string> json;  ///< "-": stdout, else a file
  bool resume = false;              ///< go on with an interrupted one
  bool dry_run = false;             ///< print the plan, measure nothing
};

/// `assay suite`: measures every step of a suite and leaves a bundle.
[[nodiscard]] ExitCode suite_command(const SuiteCommandOptions& options);

void add_suite_command(CommandAdder& adder);

}  // namespace assay
