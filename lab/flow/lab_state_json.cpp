#include "lab/flow/lab_state_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"
#include "analysis/run_file_pretty.hpp"
#include "lab/flow/flow_run.hpp"
#include "lab/flow/lab_runner.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

ordered_json options_json(const std::vector<FlowOption>& options) {
  ordered_json list = ordered_json::array();
  for (const FlowOption& option : options) {
    list.push_back({{"id", option.id}, {"text", option.text}});
  }
  return list;
}

/// What is asked, without its key and without what explains it.
ordered_json question_json(const LabState& state, std::size_t part, const FlowQuestion& question) {
  ordered_json json = lab_question_json(state, part, question);
  json["kind"] = question.is_number() ? "number" : "choice";
  json["options"] = options_json(question.options);
  json["unit"] = question.is_number() ? ordered_json(question.unit) : ordered_json(nullptr);
  json["lower"] = question.is_number() ? ordered_json(question.lower) : ordered_json(nullptr);
  json["upper"] = question.is_number() ? ordered_json(question.upper) : ordered_json(nullptr);
  json["figure"] = question.figure.empty() ? ordered_json(nullptr) : ordered_json(question.figure);
  json["reasons"] = options_json(question.reasons);
  json["revealed_after"] = question.runs;
  return json;
}

ordered_json control_json(const FlowControl& control) {
  return {{"id", control.id},       {"title", control.title},
          {"flag", control.flag},   {"unit", control.unit},
          {"lower", control.lower}, {"upper", control.upper},
          {"start", control.start}, {"logarithmic", control.logarithmic}};
}

/// Why the run is not allowed now; empty if it is.
std::string refusal_of(const LabState& state, std::size_t part, const FlowRun& run) {
  try {
    require_allowed(state, part, run);
    return "";
  } catch (const LabRefusal& refusal) {
    return refusal.what();
  }
}

ordered_json systems_json(const std::vector<SystemOffer>& offers) {
  ordered_json list = ordered_json::array();
  for (const SystemOffer& offer : offers) {
    list.push_back({{"id", offer.id}, {"title", offer.title}, {"kind", offer.is_datasheet ? "datasheet" : "bundle"}});
  }
  return list;
}

/// Which two an audit takes where nobody chooses.
ordered_json chosen_json(const LabState& state, std::size_t part) {
  ordered_json chosen = ordered_json::array();
  for (const LabRun* const run : default_systems(state, part)) {
    chosen.push_back(run != nullptr && state.locked(part) ? ordered_json(run->start.run) : ordered_json(nullptr));
  }
  return chosen;
}

ordered_json run_offer_json(const LabState& state, std::size_t part, const FlowRun& run,
                            const std::vector<SystemOffer>& elsewhere) {
  const std::string refusal = refusal_of(state, part, run);
  const auto scenario = run.flags.find("scenario");
  ordered_json json{{"id", run.id},
                    {"title", run.title},
                    {"kind", name_of(run.kind)},
                    {"scenario", scenario == run.flags.end() ? ordered_json(nullptr) : ordered_json(scenario->second)},
                    {"required", run.required},
                    {"controls", run.controls},
                    {"most", run.most == 0 ? ordered_json(nullptr) : ordered_json(run.most)},
                    {"made", state.locked(part) ? state.made(part, run.id) : 0},
                    {"expected_s", seconds(flow_run_time(run, state.begin().duration))},
                    {"allowed", refusal.empty()},
                    {"refusal", json_text_or_null(refusal)}};
  if (run.kind == FlowRun::Kind::audit) {
    json["systems"] = systems_json(offered_systems(state, part, elsewhere));
    json["chosen"] = chosen_json(state, part);
  }
  return json;
}

ordered_json part_json(const LabState& state, std::size_t number, const std::vector<SystemOffer>& elsewhere) {
  const FlowPart& part = state.part(number);
  ordered_json questions = ordered_json::array();
  for (const FlowQuestion& question : part.questions) {
    questions.push_back(question_json(state, number, question));
  }
  ordered_json controls = ordered_json::array();
  for (const FlowControl& control : part.controls) {
    controls.push_back(control_json(control));
  }
  ordered_json runs = ordered_json::array();
  for (const FlowRun& run : part.runs) {
    runs.push_back(run_offer_json(state, number, run, elsewhere));
  }
  ordered_json reflections = ordered_json::array();
  for (const FlowOption& asked : part.reflections) {
    reflections.push_back(
        {{"id", asked.id}, {"text", asked.text}, {"answer", json_text_or_null(state.reflection(number, asked.id))}});
  }
  return {{"number", number},
          {"title", part.title},
          {"objective", part.objective},
          {"situation", part.situation},
          {"locked", state.locked(number)},
          {"expected_s", seconds(flow_part_time(part, state.begin().duration))},
          {"questions", questions},
          {"controls", controls},
          {"runs", runs},
          {"evidence", lab_part_evidence_json(state, number)},
          {"reflections", reflections}};
}

/// What is measured now: begun, without a result yet, while the lab is busy.
ordered_json running_json(const LabState& state, bool busy) {
  const auto unfinished = state.unfinished();
  if (!busy || unfinished.empty()) {
    return nullptr;
  }
  const LabStart& start = *unfinished.back().body;
  const FlowRun* const run = state.part(start.part).run(start.run);
  const std::string& duration = state.begin().duration;
  return {
      {"part", start.part},
      {"run", start.run},
      {"since", unfinished.back().entry->time},
      {"controls", start.controls},
      {"expected_s", run == nullptr ? ordered_json(nullptr) : ordered_json(seconds(flow_run_time(*run, duration)))}};
}

}  // namespace

ordered_json lab_chain_json(const LedgerReading& reading) {
  return {{"intact", reading.intact()},
          {"entries", reading.entries.size()},
          {"head", reading.entries.empty() ? ordered_json(nullptr) : ordered_json(reading.entries.back().hash)},
          {"problem", json_text_or_null(reading.problem)},
          {"torn_bytes", reading.torn.size()}};
}

ordered_json lab_state_json(const LabState& state, const LedgerReading& reading, bool busy,
                            const std::vector<SystemOffer>& elsewhere) {
  const FlowDefinition& flow = state.flow();
  const LabBegin& begin = state.begin();
  ordered_json parts = ordered_json::array();
  for (std::size_t number = 1; number <= flow.parts.size(); ++number) {
    parts.push_back(part_json(state, number, elsewhere));
  }
  const auto missing = state.missing();
  return {{"schema", kLabStateSchema},
          {"lab", begin.lab},
          {"track", flow.track},
          {"title", flow.title},
          {"persona", flow.persona},
          {"north_star", flow.north_star},
          {"crisis", flow.crisis},
          {"claim", flow.claim},
          {"stakeholder", flow.stakeholder},
          {"window", flow.window},
          {"workload", flow.workload},
          {"size", json_text_or_null(state.size().value_or(""))},
          {"metrics", options_json(ultimate_metrics())},
          {"nonce", json_text_or_null(begin.nonce)},
          {"student", json_text_or_null(begin.student)},
          {"duration", json_text_or_null(begin.duration)},
          {"machine", {{"label", begin.machine.label}, {"class", begin.machine.machine_class}}},
          {"begun", state.entries().front().time},
          {"busy", busy},
          {"running", running_json(state, busy)},
          {"unfinished_runs", busy ? 0 : state.unfinished().size()},
          {"expected_s", seconds(flow_time(flow, begin.duration))},
          {"chain", lab_chain_json(reading)},
          {"parts", parts},
          {"decision", lab_decision_json(state)},
          {"missing", missing},
          {"complete", missing.empty()}};
}

std::string lab_state_text(LabSession& session) {
  const LabState state = session.refresh();
  return pretty_json(lab_state_json(state, session.reading(), session.busy(), systems_elsewhere(state)));
}

}  // namespace assay
