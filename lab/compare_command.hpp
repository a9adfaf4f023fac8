#pragma once

#include <optional>
#include <string>

#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

class CommandAdder;

struct CompareCommandOptions {
  ConsoleOptions console;
  std::string a;  ///< a run file, a folder of run files, a bundle
  std::string b;
  std::string margin = "3%";
  std::string fail_on;  ///< empty: nothing
  bool across_envelopes = false;
  std::optional<std::string> json;
  std::string html;  ///< empty: no page
};

/// `assay compare A B`: is B the same as A, faster or slower? fail_on_tripped where a condition of --fail-on holds,
/// else not_comparable where anything of what was given could not be compared, else ok. Throws CommandError.
[[nodiscard]] ExitCode compare_command(const CompareCommandOptions& options);

/// Puts the command on the command line.
void add_compare_command(CommandAdder& adder);

}  // namespace assay
