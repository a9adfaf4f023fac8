#pragma once

#include "lab/command_adder.hpp"

namespace assay {

void add_compliance_command(CommandAdder& adder);

}  // namespace assay
