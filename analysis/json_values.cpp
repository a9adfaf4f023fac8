#include "analysis/json_values.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace assay {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json json_number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr); }
ordered_json json_number(const std::optional<double>& value) {
  return value ? json_number(*value) : ordered_json(nullptr);
}

ordered_json json_count(const std::optional<std::uint64_t>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json json_text_or_null(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json json_parameter(const std::string& text) {
  const json value = json::parse(text, nullptr, false);
  const bool is_same_number = !value.is_discarded() && value.is_number() && value.dump() == text;
  return is_same_number ? ordered_json(value) : ordered_json(text);
}

ordered_json estimate_json(const EstimateRecord& estimate, const std::string& unit_suffix) {
  return {{"point" + unit_suffix, json_number(estimate.point)},
          {"lower" + unit_suffix, json_number(estimate.lower)},
          {"upper" + unit_suffix, json_number(estimate.upper)},
          {"confidence", json_number(estimate.confidence)},
          {"reason", json_text_or_null(estimate.reason)}};
}

EstimateRecord read_estimate(const Field& field, const std::string& unit_suffix) {
  return {.point = field.member("point" + unit_suffix).optional_number(),
          .lower = field.member("lower" + unit_suffix).optional_number(),
          .upper = field.member("upper" + unit_suffix).optional_number(),
          .confidence = field.member("confidence").number(),
          .reason = field.member("reason").text_or_empty()};
}

}  // namespace assay
