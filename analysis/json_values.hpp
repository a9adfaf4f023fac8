#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "analysis/run_document.hpp"
#include "analysis/run_file_field.hpp"

namespace assay {

/// How a value stands in a result file: what is absent or not finite is null.
[[nodiscard]] nlohmann::ordered_json json_number(double value);
[[nodiscard]] nlohmann::ordered_json json_number(const std::optional<double>& value);
[[nodiscard]] nlohmann::ordered_json json_count(const std::optional<std::uint64_t>& value);
[[nodiscard]] nlohmann::ordered_json json_text_or_null(const std::string& text);

/// Numbers are never strings: a parameter is written as a number where that reads back as the same text.
[[nodiscard]] nlohmann::ordered_json json_parameter(const std::string& text);

/// {"point_s", "lower_s", "upper_s", "confidence", "reason"} for the suffix "_s".
[[nodiscard]] nlohmann::ordered_json estimate_json(const EstimateRecord& estimate, const std::string& unit_suffix);
[[nodiscard]] EstimateRecord read_estimate(const Field& field, const std::string& unit_suffix);

}  // namespace assay
