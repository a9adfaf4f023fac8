#include <CLI/CLI.hpp>
#include <memory>

#include "lab/command_flags.hpp"
#include "lab/sign_command.hpp"

namespace assay {

namespace {

void add_sign(CommandAdder& adder) {
  const auto options = std::make_shared<SignCommandOptions>();
  CLI::App* sub = adder.add("sign", "sign a result file or a bundle with an SSH key (ssh-keygen -Y sign)",
                            [options] { return sign_command(*options); });
  sub->add_option("path", options->path, "a result file or a bundle")->required()->type_name("FILE|DIR");
  sub->add_option("--key", options->key, "the private key, or the public one of an agent (default: ~/.ssh/id_ed25519)")
      ->type_name("FILE");
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

void add_verify(CommandAdder& adder) {
  const auto options = std::make_shared<VerifyCommandOptions>();
  CLI::App* sub = adder.add("verify", "whether a signature, the hash and the digests of a result hold",
                            [options] { return verify_command(*options); });
  sub->add_option("path", options->path, "a result file or a bundle")->required()->type_name("FILE|DIR");
  sub->add_option("--signers", options->signers, "who may sign: a line a person, NAME ssh-ed25519 KEY")
      ->required()
      ->type_name("FILE");
  sub->add_option("--identity", options->identity, "who must have signed (default: anybody in that file)")
      ->type_name("NAME");
  add_console(sub, options->console);
  sub->footer(exit_code_help());
}

}  // namespace

void add_sign_commands(CommandAdder& adder) {
  add_sign(adder);
  add_verify(adder);
}

}  // namespace assay
