#include "analysis/tail_records.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/fleet_risk.hpp"
#include "analysis/format.hpp"
#include "analysis/json_values.hpp"
#include "analysis/tail_formulas.hpp"

namespace assay {

using nlohmann::ordered_json;

std::optional<MathPeekRecord> math_peek_record(const LatencyDistribution& distribution, Percentile percentile) {
  const Reading<TailFormulas> formulas = tail_formulas(distribution, percentile);
  if (!formulas) {
    return std::nullopt;
  }
  MathPeekRecord peek{.percentile = percentile.fraction(), .rows = {}, .finding = normal_formula_sentence(*formulas)};
  for (const TailFormula& row : formulas->rows()) {
    peek.rows.push_back({.name = row.name,
                         .value_s = row.value_ns / 1e9,
                         .ratio_to_measured = row.ratio_to_measured,
                         .share_above = row.share_above});
  }
  return peek;
}

std::optional<FleetRecord> fleet_record(const LatencyDistribution& distribution, const PercentileLimit& window) {
  if (distribution.count() == 0) {
    return std::nullopt;
  }
  const FleetRisk risk = fleet_risk(fleet_evidence(distribution, window));
  FleetRecord fleet{.share = risk.share,
                    .share_upper = risk.share_upper,
                    .autocorrelation = risk.evidence.autocorrelation,
                    .rows = {},
                    .even_odds = risk.even_odds,
                    .even_odds_upper = risk.even_odds_upper};
  for (const FleetRow& row : risk.rows) {
    fleet.rows.push_back(
        {.devices = row.devices, .failure_probability = row.point, .failure_probability_upper = row.upper});
  }
  return fleet;
}

std::string fleet_sentence(const FleetRecord& fleet) {
  std::string text = fmt::format("{} of the queries over the window, up to {} with 95 %", format_percent(fleet.share),
                                 format_percent(fleet.share_upper));
  for (const FleetRecord::Row& row : fleet.rows) {
    if (row.devices == 100 || row.devices == 1000) {
      text += fmt::format("; of {} devices one fails with {} (up to {})", format_count(row.devices),
                          format_percent(row.failure_probability), format_percent(row.failure_probability_upper));
    }
  }
  if (fleet.even_odds_upper) {
    text += fleet.even_odds
                ? fmt::format("; even odds at {} devices, from {}", format_count(*fleet.even_odds),
                              format_count(*fleet.even_odds_upper))
                : fmt::format("; even odds from {} devices at the earliest", format_count(*fleet.even_odds_upper));
  }
  if (fleet.autocorrelation) {
    text += fmt::format("; autocorrelation of misses {:.2f}", *fleet.autocorrelation);
  }
  return text;
}

ordered_json math_peek_json(const std::optional<MathPeekRecord>& peek) {
  if (!peek) {
    return nullptr;
  }
  ordered_json rows = ordered_json::array();
  for (const FormulaRecord& row : peek->rows) {
    rows.push_back({{"name", row.name},
                    {"value_s", json_number(row.value_s)},
                    {"ratio_to_measured", json_number(row.ratio_to_measured)},
                    {"share_above", json_number(row.share_above)}});
  }
  return {{"percentile", json_number(peek->percentile)}, {"rows", rows}, {"finding", peek->finding}};
}

std::optional<MathPeekRecord> read_math_peek(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  MathPeekRecord peek{
      .percentile = field.member("percentile").non_negative(), .rows = {}, .finding = field.member("finding").text()};
  for (const Field& row : field.member("rows").elements()) {
    peek.rows.push_back({.name = row.member("name").text(),
                         .value_s = row.member("value_s").non_negative(),
                         .ratio_to_measured = row.member("ratio_to_measured").non_negative(),
                         .share_above = row.member("share_above").non_negative()});
  }
  return peek;
}

ordered_json fleet_json(const std::optional<FleetRecord>& fleet) {
  if (!fleet) {
    return nullptr;
  }
  ordered_json rows = ordered_json::array();
  for (const FleetRecord::Row& row : fleet->rows) {
    rows.push_back({{"devices", row.devices},
                    {"failure_probability", json_number(row.failure_probability)},
                    {"failure_probability_upper", json_number(row.failure_probability_upper)}});
  }
  return {{"share", json_number(fleet->share)},
          {"share_upper", json_number(fleet->share_upper)},
          {"autocorrelation", json_number(fleet->autocorrelation)},
          {"rows", rows},
          {"even_odds_devices", json_count(fleet->even_odds)},
          {"even_odds_devices_upper", json_count(fleet->even_odds_upper)}};
}

std::optional<FleetRecord> read_fleet(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  FleetRecord fleet{.share = field.member("share").non_negative(),
                    .share_upper = field.member("share_upper").non_negative(),
                    .autocorrelation = field.member("autocorrelation").optional_number(),
                    .rows = {},
                    .even_odds = field.member("even_odds_devices").optional_count(),
                    .even_odds_upper = field.member("even_odds_devices_upper").optional_count()};
  for (const Field& row : field.member("rows").elements()) {
    fleet.rows.push_back({.devices = row.member("devices").count(),
                          .failure_probability = row.member("failure_probability").non_negative(),
                          .failure_probability_upper = row.member("failure_probability_upper").non_negative()});
  }
  return fleet;
}

}  // namespace assay
