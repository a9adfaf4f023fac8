#pragma once

#include "lab/command_adder.hpp"

namespace assay {

/// "gpu-injector": the program as the process that loads a GPU beside a measurement. assay run starts it itself; it is
/// in no help and stands in no script.
void add_gpu_injector_command(CommandAdder& adder);

}  // namespace assay
