#include "lab/tail_flags.hpp"

#include <CLI/CLI.hpp>

namespace assay {

void add_tail_flags(CLI::App& sub, TailCommandOptions& options) {
  add_run_flags(&sub, options.run,
                {"noise", "background", "ctxsw", "membw", "pcie", "mode", "max-queries", "selection", "same-index"});
  sub.get_option("workload")->required(false);
  sub.add_flag("--list", options.list, "which knobs exist here, and why others do not")->group("Injected load");
  sub.add_option("--knob", options.knob, "noise, background, ctxsw, memory or pcie: what is turned up (default: noise)")
      ->type_name("NAME")
      ->group("Injected load");
  sub.add_option("--burst", options.burst, "knob noise: CPU time of each burst (default: 1ms)")
      ->type_name("T")
      ->group("Injected load");
  sub.add_option("--highest", options.highest, "do not go beyond this dose, e.g. 300 or 75%")
      ->type_name("DOSE")
      ->group("Injected load");
  sub.add_option("--most-runs", options.most_runs, "3 to 10 (default: 10)")->type_name("N")->group("Length");
}

}  // namespace assay
