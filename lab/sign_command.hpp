#pragma once

#include <string>

#include "lab/command_adder.hpp"
#include "lab/command_error.hpp"
#include "lab/console.hpp"

namespace assay {

struct SignCommandOptions {
  ConsoleOptions console;
  std::string path;  ///< a result file or a bundle
  std::string key;   ///< empty: ~/.ssh/id_ed25519
};

struct VerifyCommandOptions {
  ConsoleOptions console;
  std::string path;
  std::string signers;   ///< an allowed_signers file, as ssh-keygen(1) describes it
  std::string identity;  ///< who must have signed; empty: anybody in that file
};

/// Both.
void add_sign_commands(CommandAdder& adder);

/// `assay sign`: writes FILE.sig, of a bundle bundle.json.sig, by ssh-keygen -Y sign in the namespace "assay". Refuses
/// what is no result file and what was changed since it was written: CommandError (file).
[[nodiscard]] ExitCode sign_command(const SignCommandOptions& options);

/// `assay verify`: GOOD, BAD or NOT SIGNED, with the reason and what that proves. GOOD needs the hash and, of a bundle,
/// the digest of each file. Returns file where it is not GOOD.
[[nodiscard]] ExitCode verify_command(const VerifyCommandOptions& options);

}  // namespace assay
