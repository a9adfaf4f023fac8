#include <CLI/CLI.hpp>

#include "lab/command_flags.hpp"
#include "lab/track_command.hpp"

namespace assay {

void add_track_flags(CLI::App& sub, TrackCommandOptions& options) {
  sub.add_option("track", options.track, "cloud, edge, mobile or tiny, or a file like those of share/tracks/")
      ->required()
      ->type_name("TRACK");
  CLI::Option* const quick = sub.add_flag("--quick", options.quick, "short runs (default)")->group("Length");
  sub.add_flag("--full", options.choices.full, "runs of the lengths that the rules ask for")
      ->group("Length")
      ->excludes(quick);
  sub.add_option("--duration", options.choices.duration, "of each run, instead of the preset's")
      ->type_name("T")
      ->group("Length");
  sub.add_option("--preset", options.choices.size,
                 "size of the workload: calibrated, so that it suits this machine, or a fixed one, so that machines "
                 "can be compared, e.g. 0.5 (default: calibrated)")
      ->type_name("SIZE")
      ->group("Work");
  sub.add_option("--workload", options.choices.workload, "instead of the track's: a kernel, lib:FILE or cmd:PROGRAM")
      ->type_name("NAME")
      ->group("Work");
  sub.add_option("--param", options.choices.parameters, "parameter of the workload, over those of the track")
      ->type_name("NAME=VALUE")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->group("Work");
  sub.add_option("--seed", options.choices.seed, "of inputs, sample order and schedules (default: 0)")
      ->type_name("N")
      ->group("Work");
  add_json(&sub, options.json);
  add_measurement(&sub, options.measurement);
  add_console(&sub, options.console);
}

}  // namespace assay
