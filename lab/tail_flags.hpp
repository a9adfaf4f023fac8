#pragma once

#include "lab/command_flags.hpp"
#include "lab/tail_command.hpp"

namespace assay {

/// The flags of `assay tail` that it does not share with other commands. `options` must outlive the parsing.
void add_tail_flags(CLI::App& sub, TailCommandOptions& options);

}  // namespace assay
