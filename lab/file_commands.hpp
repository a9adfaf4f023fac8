#pragma once

#include "lab/command_adder.hpp"

namespace assay {

/// The commands around result files: validate, show, sign, verify, import and export.
void add_file_commands(CommandAdder& adder);

}  // namespace assay
