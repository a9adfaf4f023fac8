#include <CLI/CLI.hpp>
#include <memory>

#include "lab/audit_command.hpp"
#include "lab/command_flags.hpp"

namespace assay {

void add_audit_command(CommandAdder& commands) {
  const auto options = std::make_shared<AuditCommandOptions>();
  CLI::App* sub = commands.add("audit", "which of two or more systems, and can you prove it: bundles and datasheets",
                               [options] { return audit_command(*options); });
  sub->add_option("systems", options->systems, "bundles of assay suite, or datasheet:NAME (assay list datasheets)")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->required()
      ->type_name("BUNDLE|datasheet:NAME");
  sub->add_option("--claim", options->claim, "what the second is said to be over the first (default: 2x)")
      ->type_name("FACTORx[:METRIC]")
      ->group("Verdict");
  sub->add_option("--axes", options->axes, "of the Pareto front (default: throughput,p99,watts,price)")
      ->type_name("LIST")
      ->group("Verdict");
  sub->add_option("--price", options->prices, "price of a system in $, e.g. A=1200; labelled given")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->type_name("LETTER=N")
      ->group("Verdict");
  sub->add_option("--watts", options->watts, "power of a system where none was measured, e.g. A=65; labelled given")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->type_name("LETTER=N")
      ->group("Verdict");
  sub->add_option("--dtype", options->dtype, "data type of the roofs (default: the lighthouse's)")
      ->type_name("TYPE")
      ->group("Roofs");
  sub->add_option("--level", options->level, "memory level of the roofs (default: that which holds a sample's bytes)")
      ->type_name("L1|L2|L3|DRAM")
      ->group("Roofs");
  sub->add_option("--intensity", options->intensity, "flop per byte, where no system has a lighthouse")
      ->type_name("N")
      ->group("Roofs");
  sub->add_option("--html", options->page, "the page (default: audit.html); - is stdout, \"\" none")
      ->type_name("FILE")
      ->group("Output");
  sub->add_option("--svg", options->svg, "the comparative roofline as a picture")->type_name("FILE")->group("Output");
  add_json(sub, options->json);
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

}  // namespace assay
