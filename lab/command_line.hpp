#pragma once

#include <span>
#include <string>

namespace assay {

/// The program: reads the arguments, runs the command, and returns its exit code. Errors go to stderr as one line that
/// names the place and the remedy; nothing is thrown.
[[nodiscard]] int run_program(std::span<char*> arguments);

/// What the program would say against this command line, without running it; empty if it takes it. A value that only
/// the command itself can judge, such as the name of a file, is not looked at.
[[nodiscard]] std::string usage_problem(std::span<char*> arguments);

}  // namespace assay
