#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "lab/json_output.hpp"
#include "lab/try_command.hpp"
#include "lab/try_plan.hpp"

namespace assay {
namespace {

using Json = nlohmann::ordered_json;

std::string list_json(const TryPlace& place) {
  Json list = Json::array();
  for (const TryExperiment& experiment : try_experiments()) {
    const auto refusal = try_refusal(experiment, place);
    list.push_back({{"name", experiment.name},
                    {"a", experiment.a},
                    {"b", try_side_b(experiment, place)},
                    {"background", experiment.background},
                    {"available", !refusal},
                    {"reason", refusal ? Json(*refusal) : Json()}});
  }
  return Json{{"schema", "assay/experiments/1"}, {"experiments", list}}.dump(2) + "\n";
}

std::string list_text(const TryPlace& place) {
  std::string text;
  for (const TryExperiment& experiment : try_experiments()) {
    text += fmt::format("{:<9} A: {}\n{:<9} B: {}\n{:<9} {}\n", experiment.name, experiment.a, "",
                        try_side_b(experiment, place), "", experiment.background);
    if (const auto refusal = try_refusal(experiment, place)) {
      text += fmt::format("{:<9} not possible here: {}\n", "", *refusal);
    }
  }
  return text;
}

}  // namespace

ExitCode try_list_command(const TryCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  const TryPlace place = try_place_here();
  if (options.json != "-") {
    console.result(list_text(place));
  }
  write_json(options.json, list_json(place), console);
  return ExitCode::ok;
}

}  // namespace assay
