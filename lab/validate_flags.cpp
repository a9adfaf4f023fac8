#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_flags.hpp"
#include "lab/validate_command.hpp"

namespace assay {

void add_validate_command(CommandAdder& adder) {
  const auto options = std::make_shared<ValidateCommandOptions>();
  CLI::App* sub = adder.add("validate", "whether result files are what they say and unchanged since they were written",
                            [options] { return validate_command(*options); });
  sub->add_option("paths", options->paths, "result files, bundles, or folders of them")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->required()
      ->type_name("FILE|DIR");
  add_json(sub, options->json);
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

}  // namespace assay
