#pragma once

#include "lab/command_adder.hpp"

namespace assay {

/// `assay completion SHELL` and `assay manual`, both read from the tree of `app`, which outlives them.
void add_document_commands(CommandAdder& adder, const CLI::App& app);

}  // namespace assay
