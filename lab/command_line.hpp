#pragma once

#include <span>

namespace assay {

/// The program: reads the arguments, runs the command, and returns its exit code. Errors go to stderr as one line that
/// names the place and the remedy; nothing is thrown.
[[nodiscard]] int run_program(std::span<char*> arguments);

}  // namespace assay
