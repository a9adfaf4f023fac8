#include "lab/document_commands.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "lab/completion.hpp"
#include "lab/console.hpp"
#include "lab/manual_page.hpp"
#include "lab/version.hpp"

namespace assay {

void add_document_commands(CommandAdder& adder, const CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* const completion =
      adder.add("completion", "completion script for a shell: bash, zsh or fish", [&app, shell] {
        Console console({});
        console.result(completion_script(app, *shell));
        return ExitCode::ok;
      });
  completion->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->type_name("SHELL");
  adder.add("manual", "the manual page: assay manual | man -l -", [&app] {
    Console console({});
    console.result(manual_page(app, build_info().version));
    return ExitCode::ok;
  });
}

}  // namespace assay
