#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_flags.hpp"
#include "lab/fleet_command.hpp"

namespace assay {

namespace {

void add_index(CommandAdder& adder) {
  const auto options = std::make_shared<IndexCommandOptions>();
  CLI::App* const sub =
      adder.add("index", "a folder of bundles as one page, with those that stand out among their equals",
                [options] { return index_command(*options); });
  sub->add_option("folder", options->folder, "searched with all below it for bundles")->required()->type_name("DIR");
  sub->add_option("-o,--output", options->output, "the page (default: index.html); - is stdout")->type_name("FILE");
  sub->add_option("--title", options->title, "of the page")->type_name("TEXT");
  add_json(sub, options->json);
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

void add_plan(CommandAdder& adder, CLI::App* fleet) {
  const auto options = std::make_shared<FleetPlanCommandOptions>();
  CLI::App* const sub = adder.add(
      "plan", "print a script that runs a suite on many nodes; starts nothing",
      [options] { return fleet_plan_command(*options); }, fleet);
  sub->add_option("suite", options->suite, "as of assay suite: a name, or a file on a folder that all nodes share")
      ->required()
      ->type_name("SUITE");
  sub->add_option("--nodes", options->nodes, "n[01-24,30],login")->required()->type_name("LIST");
  sub->add_option("--via", options->via, "slurm, pdsh, clush, parallel, ssh-list or ansible")
      ->required()
      ->type_name("WAY");
  sub->add_option("--out", options->out, "results: a folder that all nodes share")->required()->type_name("DIR");
  sub->add_option("--program", options->program, "assay as the nodes find it (default: assay)")->type_name("PATH");
  sub->add_option("--time", options->time, "after which a node is given up (default: twice the suite, and 5 min)")
      ->type_name("T");
  sub->add_option("--stagger", options->stagger, "each node starts so much later than the one before")->type_name("T");
  sub->add_option("--partition", options->partition, "of Slurm")->type_name("NAME")->group("Slurm");
  sub->add_flag("--array", options->array, "as many jobs as --nodes names, on whichever nodes are free")
      ->group("Slurm");
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

void add_status(CommandAdder& adder, CLI::App* fleet) {
  const auto options = std::make_shared<FleetStatusCommandOptions>();
  CLI::App* const sub = adder.add(
      "status", "which nodes have delivered: who is missing, who is INVALID",
      [options] { return fleet_status_command(*options); }, fleet);
  sub->add_option("folder", options->folder, "the --out of the plan")->required()->type_name("DIR");
  sub->add_option("--suite", options->suite, "only bundles of this suite count")->type_name("SUITE");
  sub->add_option("--nodes", options->nodes, "who should be there: n[01-24,30],login")->type_name("LIST");
  add_json(sub, options->json);
  add_console(sub, options->console);
  sub->footer(
      "exit code 5: a node is missing or a bundle cannot be read; else 3: one is INVALID, interrupted or incomplete");
}

}  // namespace

void add_fleet_commands(CommandAdder& adder) {
  add_index(adder);
  CLI::App* const fleet = adder.add("fleet", "the same suite on many computers: plan and status", [] {
    throw CommandError(ExitCode::usage, "fleet: say plan or status");
    return ExitCode::usage;
  });
  fleet->require_subcommand(1);
  add_plan(adder, fleet);
  add_status(adder, fleet);
}

}  // namespace assay
