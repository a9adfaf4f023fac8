#pragma once

#include "lab/command_flags.hpp"
#include "lab/try_command.hpp"

namespace assay {

/// The flags of `assay try` and what they are for. `options` must outlive the parsing.
void add_try_flags(CLI::App& sub, TryCommandOptions& options);

/// try_command() or try_list_command(). Throws CommandError (usage) where neither is asked for.
[[nodiscard]] ExitCode try_or_list(const TryCommandOptions& options);

}  // namespace assay
