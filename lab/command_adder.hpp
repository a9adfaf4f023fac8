#pragma once

#include <functional>
#include <string>

#include "lab/command_error.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

/// Puts a command on the command line. What the chosen one does is kept until the whole line was read.
class CommandAdder {
 public:
  CommandAdder(CLI::App& app, std::function<ExitCode()>& chosen) : app_(app), chosen_(chosen) {}

  /// A subcommand, below `parent` where one is given; `action` runs if it was typed.
  CLI::App* add(const std::string& name, const std::string& help, std::function<ExitCode()> action,
                CLI::App* parent = nullptr);

 private:
  CLI::App& app_;
  std::function<ExitCode()>& chosen_;
};

/// What the codes with which every command ends mean, for the end of its help.
[[nodiscard]] const char* exit_code_help();

}  // namespace assay
