#include "lab/try_flags.hpp"

#include <CLI/CLI.hpp>

namespace assay {

void add_try_flags(CLI::App& sub, TryCommandOptions& options) {
  sub.add_option("experiment", options.experiment, "hedging, pinning, realtime, memory, polling or batching")
      ->type_name("EXPERIMENT");
  add_run_flags(&sub, options.run, {"mode", "max-queries"});
  sub.get_option("workload")->required(false);
  sub.add_flag("--list", options.list, "the experiments, and why one is not possible here")->group("Experiment");
  sub.add_option("--pairs", options.pairs, "runs of each side, in turn, each pair with the next seed (default: 3)")
      ->type_name("N")
      ->group("Experiment");
  add_json(&sub, options.json);
  add_measurement(&sub, options.measurement);
  add_console(&sub, options.console);
}

ExitCode try_or_list(const TryCommandOptions& options) {
  if (options.list) {
    return try_list_command(options);
  }
  if (options.experiment.empty()) {
    throw CommandError(ExitCode::usage,
                       "try: name an experiment and a workload, e.g. assay try hedging gemm; assay try --list shows "
                       "the experiments");
  }
  return try_command(options);
}

}  // namespace assay
