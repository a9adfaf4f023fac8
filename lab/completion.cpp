#include "lab/completion.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <stdexcept>
#include <vector>

namespace assay {

namespace {

/// The group of the flags that programs give each other, not people.
constexpr const char* kMeasuringProcess = "Measuring process";

struct Command {
  std::string help;
  std::vector<std::string> flags;
};

std::map<std::string, Command> commands_of(const CLI::App& app) {
  std::map<std::string, Command> commands;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    Command& command = commands[sub->get_name()];
    command.help = sub->get_description();
    for (const CLI::Option* option : sub->get_options()) {
      if (option->get_group() == kMeasuringProcess) {
        continue;
      }
      for (const std::string& name : option->get_lnames()) {
        command.flags.push_back("--" + name);
      }
    }
  }
  return commands;
}

std::vector<std::string> names_of(const std::map<std::string, Command>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const auto& entry : commands) {
    names.push_back(entry.first);
  }
  return names;
}

std::string bash_script(const std::map<std::string, Command>& commands) {
  std::string cases;
  for (const auto& [name, command] : commands) {
    cases += fmt::format("    {}) words=\"{}\" ;;\n", name, fmt::join(command.flags, " "));
  }
  return fmt::format(
      "_assay() {{\n"
      "  local words current=\"${{COMP_WORDS[COMP_CWORD]}}\"\n"
      "  case \"${{COMP_WORDS[1]:-}}\" in\n"
      "{}"
      "    *) words=\"{}\" ;;\n"
      "  esac\n"
      "  if (( COMP_CWORD == 1 )); then words=\"{}\"; fi\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
      "}}\n"
      "complete -o default -F _assay assay\n",
      cases, fmt::join(names_of(commands), " "), fmt::join(names_of(commands), " "));
}

std::string fish_script(const std::map<std::string, Command>& commands) {
  std::string script;
  for (const auto& [name, command] : commands) {
    std::string help = command.help;
    std::erase(help, '\'');
    script += fmt::format("complete -c assay -n __fish_use_subcommand -a {} -d '{}'\n", name, help);
    for (const std::string& flag : command.flags) {
      script += fmt::format("complete -c assay -n '__fish_seen_subcommand_from {}' -l {}\n", name, flag.substr(2));
    }
  }
  return script;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  const auto commands = commands_of(app);
  if (shell == "bash") {
    return bash_script(commands);
  }
  if (shell == "zsh") {
    return "autoload -U +X bashcompinit && bashcompinit\n" + bash_script(commands);
  }
  if (shell == "fish") {
    return fish_script(commands);
  }
  throw std::invalid_argument(fmt::format("completion '{}': known are bash, zsh and fish", shell));
}

}  // namespace assay
