#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"
#include "lab/flow/lab_state_json.hpp"
#include "lab/flow/reveal.hpp"
#include "lab/flow/run_attachments.hpp"
#include "lab/flow/threshold_evidence.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

ordered_json run_json(const Said<LabRun>& said) {
  const LabRun& run = *said.body;
  return {{"entry", said.entry->hash},
          {"time", said.entry->time},
          {"run", run.start.run},
          {"number", run.start.number},
          {"size", json_text_or_null(run.start.size)},
          {"controls", run.start.controls},
          {"locks", run.start.locks},
          {"file", run.file},
          {"sha256", run.sha256},
          {"command", run.command},
          {"facts", ordered_json(facts_json(run.facts))},
          {"attachments", run.attachments},
          {"charts", charts_of(run)}};
}

ordered_json threshold_json(const ControlThreshold& found) {
  return {{"control", found.control},
          {"unit", found.unit},
          {"levels", found.levels},
          {"threshold", json_number(found.threshold)},
          {"lower", json_number(found.lower)},
          {"upper", json_number(found.upper)},
          {"highest_ok", json_number(found.highest_ok)},
          {"lowest_violated", json_number(found.lowest_violated)},
          {"reason", json_text_or_null(found.reason)}};
}

ordered_json fleet_json(const std::optional<FleetEvidenceRun>& found) {
  if (!found) {
    return nullptr;
  }
  ordered_json rows = ordered_json::array();
  for (const FleetRow& row : found->risk.rows) {
    rows.push_back({{"devices", row.devices}, {"probability", row.point}, {"probability_upper", row.upper}});
  }
  return {{"run_file", found->run_file},
          {"share", found->risk.share},
          {"share_upper", found->risk.share_upper},
          {"autocorrelation", json_number(found->risk.evidence.autocorrelation)},
          {"rows", rows},
          {"needed_share_for_1_percent_of_1000", found->needed_share_1000}};
}

ordered_json reveal_json(const std::optional<Reveal>& found) {
  if (!found) {
    return nullptr;
  }
  ordered_json curves = ordered_json::object();
  for (const auto& [law, value] : found->curves) {
    curves[law] = value;
  }
  return {{"predicted", found->predicted},
          {"measured", json_text_or_null(found->measured)},
          {"right", found->right ? ordered_json(*found->right) : ordered_json(nullptr)},
          {"value", estimate_json(found->answer.value, "")},
          {"factor", json_number(found->factor)},
          {"difference", json_number(found->difference)},
          {"within_interval", found->within},
          {"run_files", found->answer.run_files},
          {"curves", curves},
          {"sentences", found->sentences}};
}

ordered_json lock_json(const Said<LabLock>& said) {
  const LabLock& lock = *said.body;
  return {
      {"entry", said.entry->hash},    {"id", short_hash(said.entry->hash)},
      {"time", said.entry->time},     {"answer", lock.number ? ordered_json(*lock.number) : ordered_json(lock.choice)},
      {"because", lock.because},      {"sure", lock.sure},
      {"late", lock.runs_before > 0}, {"runs_before", lock.runs_before}};
}

}  // namespace

ordered_json lab_question_json(const LabState& state, std::size_t part, const FlowQuestion& question) {
  ordered_json locks = ordered_json::array();
  for (const Said<LabLock>& lock : state.locks(part, question.id)) {
    locks.push_back(lock_json(lock));
  }
  return {{"id", question.id},
          {"text", question.text},
          {"locks", locks},
          {"graded", locks.empty() ? ordered_json(nullptr) : locks.front()["entry"]},
          {"reveal", reveal_json(reveal(state, part, question))}};
}

ordered_json lab_part_evidence_json(const LabState& state, std::size_t part) {
  ordered_json runs = ordered_json::array();
  ordered_json thresholds = ordered_json::array();
  if (state.locked(part)) {
    for (const Said<LabRun>& run : state.runs(part)) {
      runs.push_back(run_json(run));
    }
    for (const ControlThreshold& found : control_thresholds(state, part)) {
      thresholds.push_back(threshold_json(found));
    }
  }
  return {{"runs", runs},
          {"thresholds", thresholds},
          {"fleet", state.locked(part) ? fleet_json(fleet_of(state, part)) : ordered_json(nullptr)}};
}

ordered_json lab_decision_json(const LabState& state) {
  const auto said = state.decision();
  if (!said) {
    return nullptr;
  }
  const LabDecision& decision = *said->body;
  return {{"entry", said->entry->hash},
          {"time", said->entry->time},
          {"metric", decision.metric},
          {"decision", decision.decision},
          {"binding_constraint", decision.binding},
          {"guardrail", decision.guardrail},
          {"rejected", decision.rejected},
          {"why_rejected", decision.why_rejected},
          {"claim_scope", decision.scope},
          {"residual_risk", decision.risk},
          {"memo", decision.memo}};
}

}  // namespace assay
