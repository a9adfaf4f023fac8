#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace assay {

/// What of `document` breaks `schema`, one line "result.metric.unit: ..." each. Knows the words of JSON Schema 2020-12
/// that schema/ uses, and throws std::invalid_argument for any other. Stricter than the standard in one thing: a member
/// that no schema describes is a finding, so that what the writer adds cannot be left out of the schema.
[[nodiscard]] std::vector<std::string> schema_findings(const nlohmann::json& schema, const nlohmann::json& document);

}  // namespace assay
