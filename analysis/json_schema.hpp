#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace assay {

/// What a JSON document makes of a schema, one line "result.metric.unit: ..." each.
struct SchemaCheck {
  std::vector<std::string> findings;     ///< what breaks it, in the order of the document
  std::vector<std::string> undescribed;  ///< members that no schema describes
  bool cut_short = false;                ///< there may be more than the limits let through
};

struct SchemaLimits {
  std::size_t findings = 20;
  std::size_t undescribed = 20;
};

/// Checks an untrusted document against one of our own schemas. Knows the words of JSON Schema 2020-12 that schema/
/// uses and throws std::invalid_argument for any other, so that no rule is passed over in silence.
/// "additionalProperties": false is no finding, only undescribed: a newer program of the same major version may have
/// added a member. The document comes from parse_untrusted_json(), so its size and depth are bounded; keys in findings
/// are printable.
[[nodiscard]] SchemaCheck check_schema(const nlohmann::json& schema, const nlohmann::json& document,
                                       SchemaLimits limits = {});

}  // namespace assay
