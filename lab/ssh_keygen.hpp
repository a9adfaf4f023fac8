#pragma once

#include <string>
#include <vector>

namespace assay {

/// What a run of ssh-keygen gave.
struct SshKeygenResult {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// Runs `ssh-keygen ARGUMENTS...` without a shell, with `input` on its standard input. It may ask for a passphrase on
/// the terminal, which it opens itself. Throws CommandError: environment_refused where there is no ssh-keygen, file
/// where the process cannot be made.
[[nodiscard]] SshKeygenResult run_ssh_keygen(const std::vector<std::string>& arguments, const std::string& input);

}  // namespace assay
