#include "analysis/audit_json.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "analysis/json_values.hpp"
#include "analysis/run_file_pretty.hpp"

namespace assay {

using nlohmann::ordered_json;

namespace {

ordered_json texts(const std::vector<std::string>& values) { return values; }

/// Exact words for a member that is one of a few: "not known" is "not_known" there.
std::string word(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c == ' ' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

ordered_json figure_json(const AuditFigure& figure, const std::string& suffix) {
  ordered_json json = estimate_json(figure.value, suffix);
  json["kind"] = word(name_of(figure.kind));
  json["source"] = json_text_or_null(figure.source);
  return json;
}

ordered_json roofs_json(const AuditRoofs& roofs) {
  if (!roofs.reason.empty()) {
    return {{"dtype", json_text_or_null(roofs.dtype)}, {"reason", roofs.reason}};
  }
  return {{"dtype", roofs.dtype},
          {"reason", nullptr},
          {"kind", roofs.stated ? "datasheet" : "measured"},
          {"work_unit", roofs.work_unit},
          {"threads", roofs.threads == 0 ? ordered_json(nullptr) : ordered_json(roofs.threads)},
          {"level", roofs.level},
          {"peak", estimate_json(roofs.peak, "_per_s")},
          {"bandwidth", estimate_json(roofs.bandwidth, "_bytes_per_s")},
          {"ridge", estimate_json(roofs.ridge, "_per_byte")},
          {"peak_of", roofs.peak_of},
          {"bandwidth_of", roofs.bandwidth_of},
          {"chosen", roofs.chosen}};
}

ordered_json lighthouse_json(const AuditLighthouse& lighthouse) {
  return {{"workload", json_text_or_null(lighthouse.workload)},
          {"step", json_text_or_null(lighthouse.step)},
          {"scenario", json_text_or_null(lighthouse.scenario)},
          {"tail_step", json_text_or_null(lighthouse.tail_step)},
          {"work_per_sample", json_number(lighthouse.work_per_sample)},
          {"bytes_per_sample", json_number(lighthouse.bytes_per_sample)},
          {"work_per_byte", json_number(lighthouse.intensity)},
          {"dtype", json_text_or_null(lighthouse.dtype)},
          {"threads", lighthouse.threads == 0 ? ordered_json(nullptr) : ordered_json(lighthouse.threads)},
          {"runs_samples_per_s", lighthouse.samples_per_s},
          {"runs_p99_s", lighthouse.p99_s},
          {"reason", json_text_or_null(lighthouse.reason)}};
}

ordered_json system_json(const AuditSystem& system) {
  return {{"letter", system.letter},
          {"name", system.name},
          {"kind", name_of(system.kind)},
          {"envelope", json_text_or_null(system.envelope)},
          {"limits", json_text_or_null(system.limits)},
          {"machine_id", json_text_or_null(system.machine_id)},
          {"hardware", system.hardware},
          {"source", system.source},
          {"lighthouse", lighthouse_json(system.lighthouse)},
          {"roofs", roofs_json(system.roofs)},
          {"predicted", figure_json(system.predicted, "_samples_per_s")},
          {"bound_by", json_text_or_null(system.bound_by)},
          {"share", estimate_json(system.share, "")},
          {"throughput", figure_json(system.throughput, "_samples_per_s")},
          {"p99", figure_json(system.p99, "_s")},
          {"power", figure_json(system.watts, "_w")},
          {"price", figure_json(system.price, "_usd")},
          {"fps_per_watt", figure_json(system.per_watt, "_samples_per_j")},
          {"usd_per_million_tokens", figure_json(system.usd_per_token, "_usd")}};
}

ordered_json fairness_json(const AuditRecord& record) {
  ordered_json controls = ordered_json::array();
  for (const FairnessControl& control : record.fairness.controls) {
    controls.push_back({{"name", control.name},
                        {"state", word(name_of(control.state))},
                        {"facts", texts(control.facts)},
                        {"finding", json_text_or_null(control.finding)},
                        {"remedy", json_text_or_null(control.remedy)}});
  }
  return {{"share", record.fairness.share()},
          {"reportable", record.fairness.reportable()},
          {"controls", controls},
          {"soft_differences", texts(record.fairness.differences)}};
}

ordered_json letter(const AuditRecord& record, const std::optional<std::size_t>& at) {
  return at ? ordered_json(record.systems[*at].letter) : ordered_json(nullptr);
}

ordered_json pairs_json(const AuditRecord& record) {
  static constexpr std::array kStates{"crosses", "dominates", "undecided", "not_available"};
  ordered_json pairs = ordered_json::array();
  for (std::size_t i = 0; i < record.crossovers.size(); ++i) {
    const AuditCrossover& crossover = record.crossovers[i];
    const AuditComparison& comparison = record.comparisons[i];
    pairs.push_back({{"a", letter(record, crossover.a)},
                     {"b", letter(record, crossover.b)},
                     {"roofs", kStates.at(static_cast<std::size_t>(crossover.state))},
                     {"ahead_below", letter(record, crossover.wins_below)},
                     {"ahead_above", letter(record, crossover.wins_above)},
                     {"crossover", estimate_json(crossover.intensity, "_per_byte")},
                     {"bandwidth_ratio", estimate_json(crossover.bandwidth_ratio, "")},
                     {"peak_ratio", estimate_json(crossover.peak_ratio, "")},
                     {"sentence", crossover.sentence},
                     {"throughput_ratio", estimate_json(comparison.measured, "")},
                     {"predicted_ratio", estimate_json(comparison.predicted, "")},
                     {"more_repeats", json_count(comparison.more_repeats)}});
  }
  return pairs;
}

ordered_json pareto_json(const AuditRecord& record) {
  ordered_json axes = ordered_json::array();
  for (const AuditAxis& axis : record.axes) {
    axes.push_back({{"name", axis.name},
                    {"higher_is_better", axis.higher_is_better},
                    {"used", axis.used},
                    {"reason", json_text_or_null(axis.reason)}});
  }
  ordered_json points = ordered_json::array();
  for (std::size_t i = 0; i < record.pareto.size(); ++i) {
    points.push_back({{"system", record.systems[i].letter},
                      {"placed", record.pareto[i].placed},
                      {"dominated_by", letter(record, record.pareto[i].dominated_by)},
                      {"sentence", record.pareto[i].sentence}});
  }
  return {{"axes", axes}, {"points", points}};
}

ordered_json claim_json(const AuditClaim& claim) {
  return {{"factor", claim.factor},
          {"metric", claim.metric},
          {"outcome", word(name_of(claim.outcome))},
          {"ratio", estimate_json(claim.measured, "")},
          {"predicted_ratio", estimate_json(claim.predicted, "")},
          {"more_repeats", json_count(claim.more_repeats)},
          {"sentence", claim.sentence}};
}

ordered_json metrics_json(const AuditRecord& record) {
  ordered_json metrics = ordered_json::array();
  for (const AuditMetric& metric : record.metrics) {
    ordered_json needs = ordered_json::array();
    for (const std::string& need : metric.needs) {
      needs.push_back(json_text_or_null(need));
    }
    metrics.push_back({{"name", metric.name}, {"chosen", metric.chosen}, {"needs", needs}});
  }
  return metrics;
}

}  // namespace

std::string audit_json(const AuditRecord& record) {
  ordered_json systems = ordered_json::array();
  for (const AuditSystem& system : record.systems) {
    systems.push_back(system_json(system));
  }
  ordered_json order = ordered_json::array();
  for (const std::size_t at : record.ranking.order) {
    order.push_back(record.systems[at].letter);
  }
  const bool withheld = record.withheld();
  const ordered_json json{
      {"schema", kAuditSchema},
      {"created", record.created},
      {"tool", record.tool},
      {"kinds", record.first_line},
      {"lighthouse", json_text_or_null(record.lighthouse)},
      {"track", json_text_or_null(record.track)},
      {"withheld", withheld ? ordered_json(record.fairness.why_withheld()) : ordered_json(nullptr)},
      {"verdict", withheld ? ordered_json(nullptr) : ordered_json(record.claim.sentence)},
      {"fairness", fairness_json(record)},
      {"systems", systems},
      {"pairs", pairs_json(record)},
      {"claim", claim_json(record.claim)},
      {"ranking",
       {{"order", order}, {"above_next", record.ranking.above_next}, {"sentences", texts(record.ranking.sentences)}}},
      {"pareto", pareto_json(record)},
      {"metrics", metrics_json(record)},
      {"memo", texts(record.memo)},
      {"notes", texts(record.notes)}};
  return pretty_json(json) + "\n";
}

}  // namespace assay
