#include "scenarios/track_definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "harness/quantity.hpp"
#include "scenarios/toml_reader.hpp"

namespace assay {
namespace {

std::string shown(std::string_view text, std::size_t longest = 60) {
  std::string line{text.substr(0, longest)};
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

std::string joined(const std::set<std::string_view>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// Refuses with the file and the line of what is wrong.
class Place {
 public:
  explicit Place(const std::string& file) : file_(shown(file, 100)) {}
  [[noreturn]] void refuse(const toml::node* node, const std::string& fault) const {
    const std::size_t line = node == nullptr ? 0 : node->source().begin.line;
    throw std::runtime_error(line == 0 ? fmt::format("{}: {}", file_, shown(fault, 280))
                                       : fmt::format("{}, line {}: {}", file_, line, shown(fault, 280)));
  }

 private:
  std::string file_;
};

/// One table of the file: each key is asked for once, and those nobody asked for are refused.
class Table {
 public:
  Table(const toml::table& table, std::string name, const Place& place)
      : table_(table), name_(std::move(name)), place_(place) {}

  [[nodiscard]] const toml::node* find(std::string_view key) {
    asked_.insert(key);
    return table_.get(key);
  }
  [[nodiscard]] const toml::node& at(std::string_view key, std::string_view example) {
    const toml::node* const node = find(key);
    if (node == nullptr) {
      place_.refuse(&table_, fmt::format("{} lacks {}; add a line such as {} = {}", name_, key, key, example));
    }
    return *node;
  }

  [[nodiscard]] std::string text_of(const toml::node& node, std::string_view key) const {
    const auto value = node.value_exact<std::string>();
    if (!value || value->empty()) {
      place_.refuse(&node, fmt::format("{} in {} must be a text that is not empty", key, name_));
    }
    // What it says goes into terminals and pages, in the words of the file.
    if (std::ranges::any_of(*value, [](char c) { return c < ' ' || c > '~'; })) {
      place_.refuse(&node, fmt::format("{} in {} must be one line of printable ASCII", key, name_));
    }
    return *value;
  }
  [[nodiscard]] std::string text(std::string_view key, std::string_view example) {
    return text_of(at(key, example), key);
  }
  [[nodiscard]] std::string text_or(std::string_view key, std::string otherwise) {
    const toml::node* const node = find(key);
    return node == nullptr ? std::move(otherwise) : text_of(*node, key);
  }
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) {
    const toml::node* const node = find(key);
    std::vector<std::string> values;
    if (node == nullptr) {
      return values;
    }
    const toml::array* const list = node->as_array();
    if (list == nullptr) {
      place_.refuse(node, fmt::format("{} in {} must be a list of texts", key, name_));
    }
    for (const toml::node& entry : *list) {
      values.push_back(text_of(entry, key));
    }
    return values;
  }
  [[nodiscard]] bool is_true(std::string_view key) {
    const toml::node* const node = find(key);
    const auto value = node == nullptr ? std::optional(false) : node->value_exact<bool>();
    if (!value) {
      place_.refuse(node, fmt::format("{} in {} must be true or false", key, name_));
    }
    return *value;
  }
  [[nodiscard]] const toml::table& table(std::string_view key) {
    const toml::node& node = at(key, "{ ... }");
    if (node.as_table() == nullptr) {
      place_.refuse(&node, fmt::format("{} in {} must be a table", key, name_));
    }
    return *node.as_table();
  }
  /// Its keys and texts, whatever the keys are.
  [[nodiscard]] std::map<std::string, std::string, std::less<>> all_texts() const {
    std::map<std::string, std::string, std::less<>> values;
    for (const auto& [key, node] : table_) {
      values.emplace(shown(key.str()), text_of(node, shown(key.str())));
    }
    return values;
  }
  void no_other() const {
    for (const auto& [key, node] : table_) {
      if (!asked_.contains(key.str())) {
        place_.refuse(&node,
                      fmt::format("unknown key {} in {}; known are {}", shown(key.str()), name_, joined(asked_)));
      }
    }
  }

 private:
  const toml::table& table_;
  std::string name_;
  const Place& place_;
  std::set<std::string_view> asked_;
};

/// The parser keeps a level of its stack for each part of a dotted key and of nested tables, and no track needs many.
void check_shape(std::string_view text, const Place& place) {
  constexpr std::size_t kLongestLine = 1000;
  constexpr std::ptrdiff_t kMostBraces = 4;
  if (text.size() > kMostTrackBytes) {
    place.refuse(nullptr, fmt::format("is longer than {} bytes", kMostTrackBytes));
  }
  std::size_t number = 1;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const auto opened = std::ranges::count(line, '{') + std::ranges::count(line, '[');
    const auto dots = std::ranges::count(line.substr(0, line.find('=')), '.');
    if (line.size() > kLongestLine || opened > kMostBraces || dots > 2 * kMostBraces) {
      place.refuse(nullptr, fmt::format("line {} is too long or too deeply nested; write one key a line", number));
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    ++number;
  }
}

toml::table parsed(std::string_view text, const std::string& file, const Place& place) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const std::size_t line = error.source().begin.line;
    (void)file;
    place.refuse(nullptr, fmt::format("line {} is no TOML: {}", line, shown(error.description(), 120)));
  }
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 40 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string_view::npos;
}

TrackStepDefinition::Kind kind_from(const std::string& text, const toml::node& node, const Place& place) {
  if (text == "run") {
    return TrackStepDefinition::Kind::run;
  }
  if (text == "search") {
    return TrackStepDefinition::Kind::search;
  }
  if (text == "lever") {
    return TrackStepDefinition::Kind::lever;
  }
  if (text != "realworld") {
    place.refuse(&node, fmt::format("kind {} of a step is none of run, search, realworld, lever", text));
  }
  return TrackStepDefinition::Kind::realworld;
}

TrackStepDefinition step_from(const toml::table& node, const Place& place) {
  constexpr std::int64_t kMostCameras = 1024;
  Table table(node, "a step", place);
  TrackStepDefinition step;
  step.id = table.text("id", "\"single\"");
  if (!is_id(step.id)) {
    place.refuse(&node, fmt::format("id {} of a step: use lower-case letters, digits, - and _", step.id));
  }
  step.title = table.text("title", "\"one camera\"");
  step.kind = kind_from(table.text_or("kind", "run"), node, place);
  step.length = table.text("length", "\"run\"");
  step.presets = table.texts("presets");
  step.workload = table.text_or("workload", "");
  step.parameters = table.texts("parameters");
  step.optional = table.is_true("optional");
  step.needs = table.text_or("needs", "");
  step.not_closed = table.text_or("not_closed", "");
  if (!step.not_closed.empty() && step.kind != TrackStepDefinition::Kind::lever) {
    place.refuse(&node, fmt::format("not_closed of step {}: only a lever has it", step.id));
  }
  if (!step.needs.empty() && step.needs != "realtime") {
    place.refuse(&node, fmt::format("needs {} of step {}: known is realtime", step.needs, step.id));
  }
  if (step.kind != TrackStepDefinition::Kind::realworld) {
    step.flags = Table(table.table("flags"), fmt::format("the flags of step {}", step.id), place).all_texts();
  }
  if (step.kind == TrackStepDefinition::Kind::search) {
    const auto most = table.at("most", "32").value_exact<std::int64_t>();
    if (!most || *most < 1 || *most > kMostCameras) {
      place.refuse(&node, fmt::format("most of step {} must be 1 to {}", step.id, kMostCameras));
    }
    step.most = *most;
    const bool counts =
        std::ranges::any_of(step.flags, [](const auto& flag) { return flag.second.find("{}") != std::string::npos; });
    if (!counts) {
      place.refuse(table.find("flags"),
                   fmt::format("no flag of search {} has {{}}, where the number of cameras goes, e.g. "
                               "arrivals = \"cameras:{{}}x30:aligned\"",
                               step.id));
    }
  }
  table.no_other();
  return step;
}

TrackCalibration calibration_from(const toml::table& node, const Place& place) {
  Table table(node, "calibration", place);
  TrackCalibration calibration{.parameter = table.text("parameter", "\"width\""),
                               .values = table.texts("values"),
                               .target = {},
                               .length = table.text("length", "\"calibrate\"")};
  if (calibration.values.empty()) {
    place.refuse(&node, "calibration lacks values; add a line such as values = [\"0.5\", \"1.0\"]");
  }
  try {
    calibration.target = parse_duration(table.text("target", "\"5ms\""));
  } catch (const std::invalid_argument& error) {
    place.refuse(&node, fmt::format("target in calibration: {}", error.what()));
  }
  table.no_other();
  return calibration;
}

void read_presets(TrackDefinition& track, const toml::table& node, const Place& place) {
  for (const auto& [name, entry] : node) {
    const std::string preset = shown(name.str());
    if (entry.as_table() == nullptr) {
      place.refuse(&entry, fmt::format("preset {} must be a table of lengths, such as run = \"8s\"", preset));
    }
    for (const auto& [length, duration] : Table(*entry.as_table(), "preset " + preset, place).all_texts()) {
      try {
        if (parse_duration(duration) <= Nanoseconds::zero()) {
          throw std::invalid_argument("must be above 0");
        }
      } catch (const std::invalid_argument& error) {
        place.refuse(&entry, fmt::format("{} in preset {}: {}", length, preset, error.what()));
      }
      track.presets[preset][length] = duration;
    }
  }
}

/// That every length and preset that is named is there, and every id once.
void check_names(const TrackDefinition& track, const Place& place) {
  for (const char* const preset : {"quick", "full"}) {
    if (!track.presets.contains(preset)) {
      place.refuse(nullptr, fmt::format("lacks the table presets.{}", preset));
    }
  }
  std::set<std::string_view> ids;
  for (const TrackStepDefinition& step : track.steps) {
    if (!ids.insert(step.id).second) {
      place.refuse(nullptr, fmt::format("two steps have the id {}", step.id));
    }
    for (const std::string& preset : step.presets) {
      if (!track.presets.contains(preset)) {
        place.refuse(nullptr, fmt::format("step {} names preset {}, which is not there", step.id, preset));
      }
    }
  }
  for (const auto& [preset, lengths] : track.presets) {
    for (const TrackStepDefinition& step : track.steps) {
      const bool is_in = step.presets.empty() || std::ranges::find(step.presets, preset) != step.presets.end();
      if (is_in && !lengths.contains(step.length)) {
        place.refuse(nullptr, fmt::format("preset {} lacks the length {} of step {}", preset, step.length, step.id));
      }
    }
    if (track.calibration && !lengths.contains(track.calibration->length)) {
      place.refuse(nullptr,
                   fmt::format("preset {} lacks the length {} of calibration", preset, track.calibration->length));
    }
  }
}

}  // namespace

TrackDefinition track_from_toml(std::string_view text, const std::string& file) {
  const Place place(file);
  check_shape(text, place);
  const toml::table root = parsed(text, file, place);
  Table table(root, "the track", place);
  TrackDefinition track;
  track.name = table.text("name", "\"edge\"");
  track.judge = table.text("judge", "\"edge\"");
  if (!is_id(track.name) ||
      (track.judge != "edge" && track.judge != "mobile" && track.judge != "tiny" && track.judge != "cloud")) {
    place.refuse(nullptr,
                 "name must be of lower-case letters, digits, - and _, and judge one of edge, mobile, tiny, cloud");
  }
  track.title = table.text("title", "\"Edge Guardian\"");
  track.persona = table.text("persona", "\"lead of perception\"");
  track.north_star = table.text("north_star", "\"an answer within 10 ms\"");
  track.crisis = table.text("crisis", "\"The SingleStream Lie\"");
  track.claim = table.text("claim", "\"5 ms on average\"");
  track.stakeholder = table.text("stakeholder", "\"Safety Lead\"");
  track.window = table.text("window", "\"10ms@p99\"");
  track.workload = table.text("workload", "\"ssdlite\"");
  track.parameters = table.texts("parameters");
  read_presets(track, table.table("presets"), place);
  if (const toml::node* const node = table.find("calibration"); node != nullptr) {
    track.calibration = calibration_from(table.table("calibration"), place);
  }
  const toml::node& steps = table.at("steps", "[[steps]]");
  if (steps.as_array() == nullptr || steps.as_array()->empty()) {
    place.refuse(&steps, "steps must be tables, each under a line [[steps]]");
  }
  for (const toml::node& node : *steps.as_array()) {
    if (node.as_table() == nullptr) {
      place.refuse(&node, "steps must be tables, each under a line [[steps]]");
    }
    track.steps.push_back(step_from(*node.as_table(), place));
  }
  table.no_other();
  check_names(track, place);
  return track;
}

}  // namespace assay
