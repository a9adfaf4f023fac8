#include "scenarios/suite_definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <utility>

#include "harness/digest.hpp"
#include "scenarios/shipped_file.hpp"
#include "scenarios/strict_toml.hpp"

namespace assay {
namespace {

constexpr std::array<std::pair<SuiteStepDefinition::Kind, std::string_view>, 3> kKinds{
    {{SuiteStepDefinition::Kind::run, "run"},
     {SuiteStepDefinition::Kind::soak, "soak"},
     {SuiteStepDefinition::Kind::roofline, "roofline"}}};

constexpr std::array<ShippedFile, 3> kShippedSuites{
    {{"default", default_suite_toml}, {"lab", lab_suite_toml}, {"smoke", smoke_suite_toml}}};

SuiteStepDefinition::Kind kind_from(const std::string& text, const toml::node& node, const TomlPlace& place) {
  const auto* const found = std::ranges::find(kKinds, text, &decltype(kKinds)::value_type::second);
  if (found == kKinds.end()) {
    place.refuse(&node, fmt::format("kind {} of a step is none of run, soak, roofline", text));
  }
  return found->first;
}

std::uint64_t repeat_from(TomlTable& table, const toml::table& node, const TomlPlace& place) {
  const toml::node* const entry = table.find("repeat");
  const auto repeat = entry == nullptr ? std::optional<std::int64_t>(1) : entry->value_exact<std::int64_t>();
  if (!repeat || *repeat < 1 || *repeat > kMostSuiteRepeats) {
    place.refuse(entry == nullptr ? &node : entry,
                 fmt::format("repeat of a step must be 1 to {}, e.g. repeat = 3", kMostSuiteRepeats));
  }
  return static_cast<std::uint64_t>(*repeat);
}

SuiteStepDefinition step_from(const toml::table& node, const TomlPlace& place) {
  TomlTable table(node, "a step", place);
  SuiteStepDefinition step;
  step.id = table.text("id", "\"offline\"");
  if (!is_toml_id(step.id)) {
    place.refuse(&node, fmt::format("id {} of a step: use lower-case letters, digits, - and _", step.id));
  }
  step.title = table.text("title", "\"all at once\"");
  step.kind = kind_from(table.text_or("kind", "run"), node, place);
  step.workload = table.text_or("workload", "");
  step.parameters = table.texts("parameters");
  step.repeat = repeat_from(table, node, place);
  step.optional = table.is_true("optional");
  if (table.find("flags") != nullptr) {
    step.flags = TomlTable(table.table("flags"), fmt::format("the flags of step {}", step.id), place).all_texts();
  }
  if (step.kind == SuiteStepDefinition::Kind::roofline && !(step.workload.empty() && step.parameters.empty())) {
    place.refuse(&node, fmt::format("step {} is a roofline, which has no workload of its own; leave workload and "
                                    "parameters out",
                                    step.id));
  }
  table.no_other();
  return step;
}

void check_names(const SuiteDefinition& suite, const TomlPlace& place) {
  std::set<std::string_view> ids;
  std::size_t rooflines = 0;
  for (const SuiteStepDefinition& step : suite.steps) {
    if (!ids.insert(step.id).second) {
      place.refuse(nullptr, fmt::format("two steps have the id {}", step.id));
    }
    rooflines += step.kind == SuiteStepDefinition::Kind::roofline ? step.repeat : 0;
    if (step.kind != SuiteStepDefinition::Kind::roofline && step.workload.empty() && suite.workload.empty()) {
      place.refuse(nullptr, fmt::format("step {} has no workload; add a line such as workload = \"gemv\" to it or to "
                                        "the suite",
                                        step.id));
    }
  }
  if (rooflines > 1) {
    place.refuse(nullptr, "more than one roofline; a bundle has one, without repeat");
  }
  const auto lighthouse = std::ranges::find(suite.steps, suite.lighthouse, &SuiteStepDefinition::id);
  if (!suite.lighthouse.empty() &&
      (lighthouse == suite.steps.end() || lighthouse->kind == SuiteStepDefinition::Kind::roofline)) {
    place.refuse(nullptr, fmt::format("lighthouse {} is no run of the suite; name the id of a step", suite.lighthouse));
  }
}

/// One of the words, or "" where the key is not there.
std::string word_of(TomlTable& table, std::string_view key, const std::set<std::string_view>& words,
                    const TomlPlace& place) {
  std::string word = table.text_or(key, "");
  if (!word.empty() && !words.contains(word)) {
    place.refuse(table.find(key), fmt::format("{} {} is none of {}", key, word, fmt::join(words, ", ")));
  }
  return word;
}

}  // namespace

std::string_view name_of(SuiteStepDefinition::Kind kind) {
  return std::ranges::find(kKinds, kind, &decltype(kKinds)::value_type::first)->second;
}

SuiteDefinition suite_from_toml(std::string_view text, const std::string& file) {
  const TomlPlace place(file);
  check_toml_shape(text, place, kMostSuiteBytes);
  const toml::table root = parsed_toml(text, place);
  TomlTable table(root, "the suite", place);
  SuiteDefinition suite;
  suite.sha256 = sha256_hex(text);
  suite.name = table.text("name", "\"default\"");
  if (!is_toml_id(suite.name)) {
    place.refuse(table.find("name"), "name must be of lower-case letters, digits, - and _");
  }
  suite.title = table.text("title", "\"what the lab's machines give\"");
  suite.track = word_of(table, "track", {"cloud", "edge", "mobile", "tiny"}, place);
  suite.lighthouse = table.text_or("lighthouse", "");
  suite.metric = word_of(table, "metric", {"throughput", "p99", "usd_per_token", "fps_per_watt"}, place);
  suite.workload = table.text_or("workload", "");
  suite.parameters = table.texts("parameters");
  for (const toml::table* const step : table.tables("steps")) {
    suite.steps.push_back(step_from(*step, place));
  }
  table.no_other();
  check_names(suite, place);
  return suite;
}

std::vector<std::string> shipped_suite_names() { return shipped_file_names(kShippedSuites); }

SuiteDefinition find_suite(const std::string& text) {
  const NamedText found = find_shipped_file(text, {.shipped = kShippedSuites,
                                                   .what = "suite",
                                                   .most_bytes = kMostSuiteBytes,
                                                   .example = "share/suites/smoke.toml"});
  return suite_from_toml(found.text, found.name);
}

SuiteDefinition shipped_suite(const std::string& name) {
  const NamedText found = shipped_file(name, kShippedSuites, "suite");
  return suite_from_toml(found.text, found.name);
}

}  // namespace assay
