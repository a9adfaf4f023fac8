#include "analysis/attribution_json.hpp"

#include <nlohmann/json.hpp>

#include "analysis/json_values.hpp"

namespace assay {

using nlohmann::ordered_json;

ordered_json attribution_json(const std::optional<AttributionRecord>& attribution) {
  if (!attribution) {
    return nullptr;
  }
  ordered_json causes = ordered_json::array();
  for (const AttributionRecord::Cause& cause : attribution->causes) {
    causes.push_back(
        {{"name", cause.name}, {"excess_s", json_number(cause.excess_s)}, {"query_count", cause.query_count}});
  }
  return {{"slow_count", attribution->slow_count},
          {"without_account", attribution->without_account},
          {"threshold_s", json_number(attribution->threshold_s)},
          {"excess_s", json_number(attribution->excess_s)},
          {"causes", causes},
          {"involuntary_switches_per_s", json_number(attribution->involuntary_switches_per_s)},
          {"waited_share", json_number(attribution->waited_share)},
          {"accounting_share", json_number(attribution->accounting_share)}};
}

std::optional<AttributionRecord> read_attribution(const Field& field) {
  if (field.absent()) {
    return std::nullopt;
  }
  AttributionRecord attribution{
      .slow_count = field.member("slow_count").count(),
      .without_account = field.member("without_account").count(),
      .threshold_s = field.member("threshold_s").non_negative(),
      .excess_s = field.member("excess_s").non_negative(),
      .causes = {},
      .involuntary_switches_per_s = field.member("involuntary_switches_per_s").optional_number(),
      .waited_share = field.member("waited_share").optional_number(),
      .accounting_share = field.member("accounting_share").non_negative()};
  for (const Field& cause : field.member("causes").elements()) {
    attribution.causes.push_back({.name = cause.member("name").text(),
                                  .excess_s = cause.member("excess_s").non_negative(),
                                  .query_count = cause.member("query_count").count()});
  }
  return attribution;
}

}  // namespace assay
