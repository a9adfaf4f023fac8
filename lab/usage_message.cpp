#include "lab/usage_message.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>
#include <vector>

#include "lab/glossary.hpp"

namespace assay {

namespace {

/// The candidate nearest to `word` that is near enough to be meant; empty if none is.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kFar = 3;
  std::string best;
  std::size_t best_distance = kFar;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::vector<std::string> command_names(CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

std::vector<std::string> flag_names(CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string meant = nearest(word, candidates);
  return meant.empty() ? "" : "; did you mean " + meant + "?";
}

}  // namespace

std::string usage_message(CLI::App& app, const CLI::ParseError& error) {
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  const auto chosen = app.get_subcommands();
  const std::string help = chosen.empty() ? "assay --help" : "assay " + chosen.front()->get_name() + " --help";
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const auto extras = chosen.empty() ? app.remaining() : chosen.front()->remaining(true);
    const std::string word = extras.empty() ? "" : extras.front().substr(0, extras.front().find('='));
    text = fmt::format("'{}' is not expected here{}", word,
                       did_you_mean(word, chosen.empty() ? command_names(app) : flag_names(*chosen.front())));
  }
  return fmt::format("{}; see {}", text, help);
}

}  // namespace assay
