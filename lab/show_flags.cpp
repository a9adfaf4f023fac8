#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_flags.hpp"
#include "lab/show_command.hpp"

namespace assay {

void add_show_command(CommandAdder& adder) {
  const auto options = std::make_shared<ShowCommandOptions>();
  CLI::App* sub = adder.add("show", "a result file of any kind for people; --shared: what leaves the machine with it",
                            [options] { return show_command(*options); });
  sub->add_option("path", options->path, "a result file, a bundle or, with --shared, a folder")
      ->required()
      ->type_name("FILE|DIR");
  sub->add_flag("--shared", options->shared, "all that it tells, and what is not in it; exit 3 if it names somebody");
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

}  // namespace assay
