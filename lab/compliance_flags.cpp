#include "lab/compliance_flags.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_flags.hpp"
#include "lab/compliance_command.hpp"

namespace assay {

void add_compliance_command(CommandAdder& adder) {
  const auto options = std::make_shared<ComplianceCommandOptions>();
  CLI::App* const sub = adder.add("compliance", "whether a workload does its work in every query: TEST01, 04 and 05",
                                  [options] { return compliance_command(*options); });
  add_run_flags(sub, options->run, {"mode", "selection", "same-index", "seeds", "stream"});
  sub->add_option("--pairs", options->pairs, "runs of each of the four kinds, in turn (default: 5)")
      ->type_name("N")
      ->group("Length");
  add_json(sub, options->json);
  add_measurement(sub, options->measurement);
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

}  // namespace assay
