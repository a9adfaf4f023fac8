#include "lab/flow/flow_definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "harness/quantity.hpp"
#include "lab/flow/flow_checks.hpp"
#include "scenarios/strict_toml.hpp"

namespace assay {
namespace {

constexpr std::array<std::pair<FlowRun::Kind, std::string_view>, 5> kKinds{{{FlowRun::Kind::run, "run"},
                                                                            {FlowRun::Kind::realworld, "realworld"},
                                                                            {FlowRun::Kind::suite, "suite"},
                                                                            {FlowRun::Kind::audit, "audit"},
                                                                            {FlowRun::Kind::file, "file"}}};

std::string id_of(TomlTable& table, const toml::table& node, const char* what, const TomlPlace& place) {
  std::string id = table.text("id", "\"single\"");
  if (!is_toml_id(id)) {
    place.refuse(&node, fmt::format("id {} of {}: use lower-case letters, digits, - and _", id, what));
  }
  return id;
}

double number_of(TomlTable& table, std::string_view key, const char* what, const TomlPlace& place) {
  const toml::node& node = table.at(key, "10.0");
  const auto value = node.value<double>();
  if (!node.is_number() || !value || !std::isfinite(*value)) {
    place.refuse(&node, fmt::format("{} of {} must be a number", key, what));
  }
  return *value;
}

Nanoseconds duration_of(const std::string& text, const toml::node& node, const char* what, const TomlPlace& place) {
  try {
    const Nanoseconds duration = parse_duration(text);
    if (duration <= Nanoseconds::zero()) {
      throw std::invalid_argument("must be above 0");
    }
    return duration;
  } catch (const std::invalid_argument& error) {
    place.refuse(&node, fmt::format("{}: {}", what, error.what()));
  }
}

/// The tables under lines [[key]], or none.
std::vector<const toml::table*> tables_or_none(TomlTable& table, std::string_view key) {
  return table.find(key) == nullptr ? std::vector<const toml::table*>{} : table.tables(key);
}

std::vector<FlowOption> options_from(TomlTable& table, std::string_view key, const TomlPlace& place) {
  std::vector<FlowOption> options;
  for (const toml::table* const node : tables_or_none(table, key)) {
    TomlTable entry(*node, std::string(key), place);
    options.push_back({.id = id_of(entry, *node, "an entry", place), .text = entry.text("text", "\"...\"")});
    entry.no_other();
  }
  return options;
}

FlowQuestion question_from(const toml::table& node, const TomlPlace& place) {
  TomlTable table(node, "a question", place);
  FlowQuestion question;
  question.id = id_of(table, node, "a question", place);
  question.text = table.text("text", "\"Which ...?\"");
  question.options = options_from(table, "options", place);
  question.runs = table.texts("runs");
  question.reasons = options_from(table, "reasons", place);
  question.explain = table.texts("explain");
  if (question.is_number()) {
    question.unit = table.text("unit", "\"ms\"");
    question.lower = number_of(table, "lower", "a question", place);
    question.upper = number_of(table, "upper", "a question", place);
    question.figure = table.text("figure", "\"missed_share\"");
  } else {
    question.key = table.text_or("key", "");
  }
  table.no_other();
  return question;
}

FlowControl control_from(const toml::table& node, const TomlPlace& place) {
  TomlTable table(node, "a control", place);
  FlowControl control;
  control.id = id_of(table, node, "a control", place);
  control.title = table.text("title", "\"Noise\"");
  control.flag = table.text("flag", "\"noise\"");
  control.value = table.text_or("value", "{}");
  control.unit = table.text("unit", "\"bursts/s\"");
  control.lower = number_of(table, "lower", "a control", place);
  control.upper = number_of(table, "upper", "a control", place);
  control.start = number_of(table, "start", "a control", place);
  control.logarithmic = table.is_true("logarithmic");
  table.no_other();
  return control;
}

FlowRun::Kind kind_from(const std::string& text, const toml::node& node, const TomlPlace& place) {
  const auto* const found = std::ranges::find(kKinds, text, &decltype(kKinds)::value_type::second);
  if (found == kKinds.end()) {
    place.refuse(&node, fmt::format("kind {} of a run is none of run, realworld, suite, audit, file", text));
  }
  return found->first;
}

std::uint64_t most_from(const toml::node& most, const FlowRun& run, const TomlPlace& place) {
  constexpr std::int64_t kMost = 1000;
  const auto value = most.value_exact<std::int64_t>();
  if (!value || *value < 1 || *value > kMost) {
    place.refuse(&most, fmt::format("most of run {} must be 1 to {}", run.id, kMost));
  }
  return static_cast<std::uint64_t>(*value);
}

FlowRun run_from(const toml::table& node, const TomlPlace& place) {
  using Kind = FlowRun::Kind;
  TomlTable table(node, "a run", place);
  FlowRun run;
  run.id = id_of(table, node, "a run", place);
  run.title = table.text("title", "\"one camera\"");
  run.kind = kind_from(table.text_or("kind", "run"), node, place);
  run.required = !table.is_true("optional");
  if (run.kind == Kind::run || run.kind == Kind::realworld) {
    run.duration = table.text("duration", "\"8s\"");
    (void)duration_of(run.duration, node, "duration of a run", place);
  }
  if (run.kind == Kind::run || run.kind == Kind::suite) {
    run.workload = table.text_or("workload", "");
    run.parameters = table.texts("parameters");
  }
  if (run.kind == Kind::run) {
    run.flags = TomlTable(table.table("flags"), fmt::format("the flags of run {}", run.id), place).all_texts();
    run.controls = table.texts("controls");
  }
  if (run.kind == Kind::suite) {
    run.suite = table.text("suite", "\"lab\"");
    run.envelope = table.text("envelope", "\"starved\"");
  }
  if (const toml::node* const most = table.find("most"); most != nullptr) {
    run.most = most_from(*most, run, place);
  }
  table.no_other();
  return run;
}

FlowPart part_from(const toml::table& node, const TomlPlace& place) {
  TomlTable table(node, "a part", place);
  FlowPart part;
  part.title = table.text("title", "\"Scenario selection\"");
  part.objective = table.text("objective", "\"...\"");
  part.situation = table.texts("situation");
  for (const toml::table* const entry : table.tables("questions")) {
    part.questions.push_back(question_from(*entry, place));
  }
  for (const toml::table* const entry : tables_or_none(table, "controls")) {
    part.controls.push_back(control_from(*entry, place));
  }
  for (const toml::table* const entry : table.tables("runs")) {
    part.runs.push_back(run_from(*entry, place));
  }
  part.reflections = options_from(table, "reflections", place);
  table.no_other();
  return part;
}

FlowCalibration calibration_from(const toml::table& node, const TomlPlace& place) {
  TomlTable table(node, "calibration", place);
  FlowCalibration calibration{.parameter = table.text("parameter", "\"width\""),
                              .values = table.texts("values"),
                              .target = {},
                              .duration = table.text("duration", "\"2s\"")};
  if (calibration.values.empty()) {
    place.refuse(&node, "calibration lacks values; add a line such as values = [\"0.5\", \"1.0\"]");
  }
  calibration.target = duration_of(table.text("target", "\"5ms\""), node, "target in calibration", place);
  (void)duration_of(calibration.duration, node, "duration in calibration", place);
  table.no_other();
  return calibration;
}

template <class Entry>
const Entry* with_id(const std::vector<Entry>& entries, std::string_view id) {
  const auto found = std::ranges::find(entries, id, &Entry::id);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

const FlowQuestion* FlowPart::question(std::string_view id) const { return with_id(questions, id); }
const FlowControl* FlowPart::control(std::string_view id) const { return with_id(controls, id); }
const FlowRun* FlowPart::run(std::string_view id) const { return with_id(runs, id); }

std::string_view name_of(FlowRun::Kind kind) {
  return std::ranges::find(kKinds, kind, &decltype(kKinds)::value_type::first)->second;
}

const std::vector<FlowOption>& ultimate_metrics() {
  static const std::vector<FlowOption> metrics{
      {.id = "usd_per_token", .text = "dollars per million tokens"},
      {.id = "fps_per_watt", .text = "frames per second and watt"},
      {.id = "p99", .text = "P99 latency in ms"},
  };
  return metrics;
}

FlowDefinition flow_from_toml(std::string_view text, const std::string& file) {
  const TomlPlace place(file);
  check_toml_shape(text, place, kMostFlowBytes);
  const toml::table root = parsed_toml(text, place);
  TomlTable table(root, "the lab", place);
  FlowDefinition flow;
  flow.track = table.text("track", "\"edge\"");
  if (!is_toml_id(flow.track)) {
    place.refuse(nullptr, "track must be of lower-case letters, digits, - and _");
  }
  flow.title = table.text("title", "\"Edge Guardian\"");
  flow.persona = table.text("persona", "\"lead of perception\"");
  flow.north_star = table.text("north_star", "\"an answer within 10 ms\"");
  flow.crisis = table.text("crisis", "\"The SingleStream Lie\"");
  flow.claim = table.text("claim", "\"5 ms on average\"");
  flow.stakeholder = table.text("stakeholder", "\"Safety Lead\"");
  flow.window = table.text("window", "\"10ms@p99\"");
  flow.workload = table.text("workload", "\"ssdlite\"");
  flow.parameters = table.texts("parameters");
  flow.metric = table.text("metric", "\"p99\"");
  if (table.find("calibration") != nullptr) {
    flow.calibration = calibration_from(table.table("calibration"), place);
  }
  for (const toml::table* const part : table.tables("parts")) {
    flow.parts.push_back(part_from(*part, place));
  }
  table.no_other();
  if (const auto fault = flow_fault(flow)) {
    place.refuse(nullptr, *fault);
  }
  return flow;
}

}  // namespace assay
