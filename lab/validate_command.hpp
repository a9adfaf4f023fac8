#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/command_adder.hpp"
#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

struct ValidateCommandOptions {
  ConsoleOptions console;
  std::vector<std::string> paths;  ///< result files, bundles, folders of them
  std::optional<std::string> json;
};

void add_validate_command(CommandAdder& adder);

/// `assay validate`: whether files are what they say and unchanged, one line each, or "assay/validate/1". Returns file
/// where one is CHANGED or INVALID.
[[nodiscard]] ExitCode validate_command(const ValidateCommandOptions& options);

}  // namespace assay
