#include "analysis/comparison_json.hpp"

#include <nlohmann/json.hpp>

#include "analysis/comparison_sentences.hpp"
#include "analysis/json_values.hpp"

namespace assay {
namespace {

using nlohmann::ordered_json;

std::string word_of(ComparisonVerdict verdict) {
  switch (verdict) {
    case ComparisonVerdict::same:
      return "same";
    case ComparisonVerdict::faster:
      return "faster";
    case ComparisonVerdict::slower:
      return "slower";
    case ComparisonVerdict::ambiguous:
      return "ambiguous";
    case ComparisonVerdict::not_comparable:
      break;
  }
  return "not_comparable";
}

ordered_json values_json(const std::vector<double>& values) {
  ordered_json out = ordered_json::array();
  for (const double value : values) {
    out.push_back(json_number(value));
  }
  return out;
}

ordered_json row_json(const ComparedRow& row) {
  return {
      {"quantity", row.quantity.name},
      {"title", row.quantity.title},
      {"unit", row.quantity.unit},
      {"more_is_better", row.quantity.more_is_better},
      {"remark", json_text_or_null(row.quantity.remark)},
      {"a", values_json(row.a)},
      {"b", values_json(row.b)},
      {"b_over_a", estimate_json(row.ratio, "")},
      {"interval_of", name_of(row.basis)},
      {"alpha", json_number(row.alpha)},
      {"permutation_p", json_number(row.permutation_p)},
      {"reading", word_of(row.reading)},
      {"repeats_needed", {{"each", json_count(row.needed.each)}, {"reason", json_text_or_null(row.needed.reason)}}}};
}

ordered_json side_json(const std::string& key, const std::vector<std::string>& ids, const std::string& machine,
                       const RunMark& mark) {
  return {{"comparability_key", json_text_or_null(key)},
          {"runs", ids},
          {"machine", json_text_or_null(machine)},
          {"synthetic", mark.synthetic},
          {"emulated", json_text_or_null(mark.emulated)}};
}

ordered_json block_json(const ComparisonBlock& block, double margin) {
  ordered_json differences = ordered_json::array();
  for (const SoftDifference& difference : block.differences) {
    differences.push_back({{"what", difference.what}, {"a", difference.a}, {"b", difference.b}});
  }
  ordered_json rows = ordered_json::array();
  for (const ComparedRow& row : block.rows) {
    rows.push_back(row_json(row));
  }
  return {{"workload", block.workload},
          {"scenario", block.scenario},
          {"a", side_json(block.key_a, block.ids_a, block.machine_a, block.mark_a)},
          {"b", side_json(block.key_b, block.ids_b, block.machine_b, block.mark_b)},
          {"verdict", word_of(block.verdict)},
          {"sentence", verdict_sentence(block, margin)},
          {"kind", block.rows.empty() ? ordered_json(nullptr)
                                      : ordered_json(block.cross_machine.empty() ? "regression" : "systems")},
          {"not_comparable", block.reasons},
          {"no_regression_because", block.cross_machine},
          {"differences", differences},
          {"notes", block.notes},
          {"rows", rows}};
}

}  // namespace

std::string comparison_json(const RunComparison& comparison, const ComparisonConditions& conditions) {
  ordered_json blocks = ordered_json::array();
  for (const ComparisonBlock& block : comparison.blocks) {
    blocks.push_back(block_json(block, comparison.options.margin));
  }
  const ordered_json out{{"schema", kComparisonSchema},
                         {"a", comparison.name_a},
                         {"b", comparison.name_b},
                         {"margin", json_number(comparison.options.margin)},
                         {"across_envelopes", comparison.options.across_envelopes},
                         {"error", RunComparison::kError},
                         {"method", method_sentences(comparison)},
                         {"blocks", blocks},
                         {"fail_on", {{"asked", conditions.asked}, {"tripped", conditions.tripped}}}};
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace assay
