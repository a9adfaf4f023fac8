#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/json_schema.hpp"

namespace assay {

/// The schema "run-1" of the folder schema/.
[[nodiscard]] inline nlohmann::json own_schema(const std::string& name) {
  std::ifstream file(ASSAY_SCHEMA_FOLDER "/" + name + ".schema.json");
  return nlohmann::json::parse(file);
}

/// What of `document` breaks `schema`, one line "result.metric.unit: ..." each. Stricter than check_schema() in one
/// thing: a member that no schema describes is a finding, so that what the writer adds cannot be left out of the
/// schema.
[[nodiscard]] inline std::vector<std::string> schema_findings(const nlohmann::json& schema,
                                                              const nlohmann::json& document) {
  SchemaCheck check = check_schema(schema, document, {.findings = 10'000, .undescribed = 10'000});
  check.findings.insert(check.findings.end(), check.undescribed.begin(), check.undescribed.end());
  return check.findings;
}

}  // namespace assay
