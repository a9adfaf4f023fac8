#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "lab/roofline_options.hpp"

namespace assay {

struct RooflineCommandOptions {
  RooflineOptions roofline;
  std::string from;                ///< a roofline file: fit it again instead of measuring
  std::vector<std::string> place;  ///< run files or folders of them, shown as points
  std::string svg;                 ///< file for the chart; empty: beside the result file
  std::string csv;                 ///< file for the table; empty: none
  std::optional<std::string> json;
  MeasurementOptions measurement;
  ConsoleOptions console;
};

/// `assay roofline`: the machine's measured ceilings, with the work placed under them. Returns run_invalid where the
/// roofline cannot be used; the reasons and remedies are printed with it.
[[nodiscard]] ExitCode roofline_command(const RooflineCommandOptions& options);

}  // namespace assay
