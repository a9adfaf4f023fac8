#pragma once

#include <optional>
#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"
#include "lab/measurement.hpp"
#include "lab/track_plan.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

struct TrackCommandOptions {
  std::string track;
  bool quick = false;
  TrackChoices choices;
  MeasurementOptions measurement;
  ConsoleOptions console;
  std::optional<std::string> json;
};

/// `assay track cloud|edge|mobile|tiny`: runs the steps of a track, one after the other, through the same engine as
/// everything else, and leaves a bundle: a folder with a result file for each run, track.json, which names them with
/// their SHA-256, and a page that holds what was claimed against what was found. A crisis that is found, or not, is a
/// result and no failure: run_invalid only where a run was not honest or is missing.
[[nodiscard]] ExitCode track_command(const TrackCommandOptions& options);

void add_track_flags(CLI::App& sub, TrackCommandOptions& options);

}  // namespace assay
