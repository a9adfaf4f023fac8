#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "lab/run_options.hpp"

namespace assay {

struct PeakCommandOptions {
  RunOptions run;  ///< Server is meant; --rate is where the search begins
  MeasurementOptions measurement;
  ConsoleOptions console;
  std::optional<std::string> json;
  std::optional<std::string> cameras;  ///< "30" or "30:staggered": count cameras of that rate
  double resolution = 0.02;            ///< the search ends when the interval is narrower than this share of the rate
  std::uint64_t most_probes = 40;
};

/// `assay peak`: the highest Server rate that holds the window, with an interval; or the most cameras. Each probe is a
/// run of its own with its own file; the search itself is kept as "assay/peak/1". Returns run_invalid where the
/// interval lacks an end, or where the load generator was late at the rate that broke.
[[nodiscard]] ExitCode peak_command(const PeakCommandOptions& options);

}  // namespace assay
