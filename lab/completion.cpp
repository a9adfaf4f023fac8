#include "lab/completion.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <stdexcept>
#include <vector>

#include "lab/command_flags.hpp"

namespace assay {

namespace {

struct Command {
  std::string help;
  std::vector<std::string> flags;
  std::map<std::string, Command> commands;  ///< below it
};

std::map<std::string, Command> commands_of(const CLI::App& app) {
  std::map<std::string, Command> commands;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    Command& command = commands[sub->get_name()];
    command.help = sub->get_description();
    command.commands = commands_of(*sub);
    for (const CLI::Option* option : sub->get_options()) {
      if (option->get_group() == kMeasuringProcessGroup) {
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

/// What may follow a command: the commands below it, then its flags.
std::string words_after(const Command& command) {
  return fmt::format("{} {}", fmt::join(names_of(command.commands), " "), fmt::join(command.flags, " "));
}

std::string bash_case(const std::string& name, const Command& command) {
  if (command.commands.empty()) {
    return fmt::format("    {}) words=\"{}\" ;;\n", name, words_after(command));
  }
  std::string cases;
  for (const auto& [below, its] : command.commands) {
    cases += fmt::format("        {}) words=\"{}\" ;;\n", below, words_after(its));
  }
  return fmt::format(
      "    {})\n"
      "      case \"${{COMP_WORDS[2]:-}}\" in\n"
      "{}"
      "        *) words=\"{}\" ;;\n"
      "      esac ;;\n",
      name, cases, words_after(command));
}

std::string bash_script(const std::map<std::string, Command>& commands) {
  std::string cases;
  for (const auto& [name, command] : commands) {
    cases += bash_case(name, command);
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

/// The lines of a command and of those below it; `condition` says in fish when it was typed.
std::string fish_lines(const Command& command, const std::string& condition) {
  std::string script;
  for (const std::string& flag : command.flags) {
    script += fmt::format("complete -c assay -n '{}' -l {}\n", condition, flag.substr(2));
  }
  for (const auto& [name, below] : command.commands) {
    std::string help = below.help;
    std::erase(help, '\'');
    script += fmt::format("complete -c assay -n '{}' -a {} -d '{}'\n", condition, name, help);
    script += fish_lines(below, fmt::format("{}; and __fish_seen_subcommand_from {}", condition, name));
  }
  return script;
}

std::string fish_script(const std::map<std::string, Command>& commands) {
  std::string script;
  for (const auto& [name, command] : commands) {
    std::string help = command.help;
    std::erase(help, '\'');
    script += fmt::format("complete -c assay -n __fish_use_subcommand -a {} -d '{}'\n", name, help);
    script += fish_lines(command, "__fish_seen_subcommand_from " + name);
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
