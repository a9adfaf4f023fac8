#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "scenarios/real_world.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

struct RealWorldCommandOptions {
  MeasurementOptions measurement;
  ConsoleOptions console;
  std::optional<std::string> json;
  std::string model = "both";
  bool isolation = false;
  std::string noise;  ///< a list; empty: all
  std::string snr;    ///< a list; empty: the default
  std::string clips = "400";
  std::string seed = "1";
  std::string fsdd;  ///< a folder; empty: none
};

void add_real_world_flags(CLI::App& sub, RealWorldCommandOptions& options);

/// Throws CommandError (usage) with a line for each flag that makes no sense; file if the recordings cannot be read.
[[nodiscard]] RealWorldRequest real_world_request_from(const RealWorldCommandOptions& options);

/// The scenario with the steps timed on this machine, the operations, the time and the program: what a file holds.
[[nodiscard]] RealWorldRecord measured_real_world(const RealWorldRequest& request,
                                                  const std::function<bool(double share)>& proceed);

/// `assay realworld`: the accuracy of the Tiny networks clean and in the field, and what their steps cost. Writes
/// "..._tiny.realworld.json" beside the runs.
[[nodiscard]] ExitCode real_world_command(const RealWorldCommandOptions& options);

}  // namespace assay
