#pragma once

#include <string>
#include <vector>

#include "lab/command_adder.hpp"
#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

struct ShowCommandOptions {
  ConsoleOptions console;
  std::string path;     ///< a result file, a bundle, a folder
  bool shared = false;  ///< what leaves the machine with it
};

void add_show_command(CommandAdder& adder);

/// `assay show`: a result file of any kind for people. With --shared: all that it tells to whom it is handed, and what
/// was looked for in its bytes and is not in it; returns run_invalid where something was found that names a person or a
/// computer. Throws CommandError (file) for what is no result file.
[[nodiscard]] ExitCode show_command(const ShowCommandOptions& options);

}  // namespace assay
