#include "lab/tour_flags.hpp"

#include <CLI/CLI.hpp>

#include "lab/command_flags.hpp"

namespace assay {

void add_tour_flags(CLI::App& sub, TourCommandOptions& options) {
  sub.add_option("--workload", options.workload, "the kernel that stands for your work (default: mlp)")
      ->type_name("NAME")
      ->group("Work");
  sub.add_option("--param", options.parameters, "parameter of the workload")
      ->type_name("NAME=VALUE")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->group("Work");
  sub.add_option("--duration", options.duration, "measured time of each run (default: 10s)")
      ->type_name("T")
      ->group("Length");
  sub.add_option("--soak", options.soak, "of the soak at the end; 0s: none (default: 20s)")
      ->type_name("T")
      ->group("Length");
  sub.add_option("--roofline", options.roofline, "limit of the roofline's rounds; 0s: no roofline (default: 14s)")
      ->type_name("T")
      ->group("Length");
  add_json(&sub, options.json);
  add_measurement(&sub, options.measurement);
  add_console(&sub, options.console);
}

}  // namespace assay
