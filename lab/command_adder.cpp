#include "lab/command_adder.hpp"

#include <CLI/CLI.hpp>
#include <utility>

namespace assay {

CLI::App* CommandAdder::add(const std::string& name, const std::string& help, std::function<ExitCode()> action,
                            CLI::App* parent) {
  CLI::App* const sub = (parent != nullptr ? *parent : app_).add_subcommand(name, help);
  sub->callback([chosen = &chosen_, nested = parent != nullptr, action = std::move(action)] {
    // A command within a command goes before the outer one, whichever callback comes first.
    if (nested || !*chosen) {
      *chosen = action;
    }
  });
  return sub;
}

const char* exit_code_help() {
  return "Exit codes: 0 ok, 1 --fail-on tripped, 2 usage, 3 run INVALID, 4 environment refused,\n"
         "5 input or output, 6 not comparable, 130 interrupted (what was measured is kept).";
}

}  // namespace assay
