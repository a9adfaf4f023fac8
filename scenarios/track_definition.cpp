#include "scenarios/track_definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "harness/quantity.hpp"
#include "scenarios/strict_toml.hpp"

namespace assay {
namespace {

TrackStepDefinition::Kind kind_from(const std::string& text, const toml::node& node, const TomlPlace& place) {
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

TrackStepDefinition step_from(const toml::table& node, const TomlPlace& place) {
  constexpr std::int64_t kMostCameras = 1024;
  TomlTable table(node, "a step", place);
  TrackStepDefinition step;
  step.id = table.text("id", "\"single\"");
  if (!is_toml_id(step.id)) {
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
    step.flags = TomlTable(table.table("flags"), fmt::format("the flags of step {}", step.id), place).all_texts();
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

TrackCalibration calibration_from(const toml::table& node, const TomlPlace& place) {
  TomlTable table(node, "calibration", place);
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

void read_presets(TrackDefinition& track, const toml::table& node, const TomlPlace& place) {
  for (const auto& [name, entry] : node) {
    const std::string preset = toml_shown(name.str());
    if (entry.as_table() == nullptr) {
      place.refuse(&entry, fmt::format("preset {} must be a table of lengths, such as run = \"8s\"", preset));
    }
    for (const auto& [length, duration] : TomlTable(*entry.as_table(), "preset " + preset, place).all_texts()) {
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
void check_names(const TrackDefinition& track, const TomlPlace& place) {
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
  const TomlPlace place(file);
  check_toml_shape(text, place, kMostTrackBytes);
  const toml::table root = parsed_toml(text, place);
  TomlTable table(root, "the track", place);
  TrackDefinition track;
  track.name = table.text("name", "\"edge\"");
  track.judge = table.text("judge", "\"edge\"");
  if (!is_toml_id(track.name) ||
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
  for (const toml::table* const step : table.tables("steps")) {
    track.steps.push_back(step_from(*step, place));
  }
  table.no_other();
  check_names(track, place);
  return track;
}

}  // namespace assay
