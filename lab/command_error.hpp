#pragma once

#include <stdexcept>
#include <string>

namespace assay {

/// How the program ends; part of its interface (README, `assay explain exit-codes`).
enum class ExitCode : int {
  ok = 0,
  fail_on_tripped = 1,
  usage = 2,
  run_invalid = 3,
  environment_refused = 4,
  file = 5,  ///< input or output: a bad file, a full disk, a closed stdout
  not_comparable = 6,
  interrupted = 130,
};

/// What is said where an allocation fails: only what was asked for can be that large.
inline constexpr const char* kNotEnoughMemory =
    "there is not enough memory for what was asked: lower --rate, --duration or --min-queries";

/// Ends a command: one line for a person that names the place and the remedy, and the exit code.
class CommandError : public std::runtime_error {
 public:
  CommandError(ExitCode code, const std::string& line) : std::runtime_error(line), code_(code) {}
  [[nodiscard]] ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// How the program ends for an exception, and the line that says so.
struct CommandFailure {
  ExitCode code = ExitCode::file;
  std::string line;
};
/// CommandError: its own; std::invalid_argument and std::bad_alloc: usage; anything else: file.
[[nodiscard]] CommandFailure failure_of(const std::exception& error);

}  // namespace assay
