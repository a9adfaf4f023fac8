#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/file_source.hpp"
#include "lab/json_output.hpp"
#include "lab/tail_command.hpp"
#include "scenarios/interference/knob_survey.hpp"

namespace assay {
namespace {

using Json = nlohmann::ordered_json;

std::string knobs_json(const std::vector<KnobFinding>& findings) {
  Json knobs = Json::array();
  for (const KnobFinding& finding : findings) {
    knobs.push_back({{"name", finding.name},
                     {"available", finding.state.available()},
                     {"flag", finding.flag.empty() ? Json() : Json(finding.flag)},
                     {"text", finding.state ? *finding.state : finding.state.reason()}});
  }
  return Json{{"schema", "assay/knobs/1"}, {"knobs", knobs}}.dump(2) + "\n";
}

std::string knobs_text(const std::vector<KnobFinding>& findings) {
  std::string text;
  for (const KnobFinding& finding : findings) {
    text += fmt::format("{:<23} {}\n", finding.name,
                        finding.state ? *finding.state : "not available: " + finding.state.reason());
    if (finding.state) {
      text += fmt::format("{:<23} {}\n", "", finding.flag);
    }
  }
  return text;
}

}  // namespace

ExitCode tail_list_command(const TailCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  const std::vector<KnobFinding> findings = survey_knobs(SystemFiles{});
  if (options.json != "-") {
    console.result(knobs_text(findings));
  }
  write_json(options.json, knobs_json(findings), console);
  return ExitCode::ok;
}

}  // namespace assay
