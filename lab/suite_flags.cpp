#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_flags.hpp"
#include "lab/suite_command.hpp"

namespace assay {

void add_suite_command(CommandAdder& adder) {
  const auto options = std::make_shared<SuiteCommandOptions>();
  CLI::App* const sub = adder.add("suite", "measure a whole suite and leave a bundle that other machines' compare with",
                                  [options] { return suite_command(*options); });
  sub->add_option("suite", options->suite,
                  "default, lab, smoke, or a file like those of share/suites/ (default: default)")
      ->type_name("SUITE");
  sub->add_option("--workload", options->workload, "instead of the suite's own: what stands for your mission")
      ->type_name("NAME")
      ->group("Work");
  sub->add_option("--param", options->parameters, "of that workload, e.g. --param width=0.5")
      ->type_name("NAME=VALUE")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->group("Work");
  sub->add_option("--envelope", options->envelope,
                  "take something away from the machine first: assay list envelopes, or such a file")
      ->type_name("NAME|FILE")
      ->group("Place");
  sub->add_option("--label", options->label, "label of the machine in this bundle, e.g. the name of a node")
      ->type_name("L")
      ->group("Output");
  sub->add_flag("--resume", options->resume,
                "go on with an interrupted bundle of this suite and machine in --out; nothing if a whole one is there")
      ->group("Length");
  sub->add_flag("--dry-run", options->dry_run, "print the plan, measure nothing")->group("Output");
  add_json(sub, options->json);
  add_measurement(sub, options->measurement);
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

}  // namespace assay
