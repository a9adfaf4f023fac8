#include "tests/analysis/json_schema.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

namespace assay {
namespace {

using nlohmann::json;

constexpr std::array kWords{"$schema",
                            "title",
                            "description",
                            "$defs",
                            "$ref",
                            "type",
                            "const",
                            "enum",
                            "minimum",
                            "maximum",
                            "required",
                            "properties",
                            "items",
                            "minItems",
                            "maxItems",
                            "anyOf",
                            "patternProperties",
                            "additionalProperties"};

bool has_type(const json& value, const std::string& type) {
  return (type == "null" && value.is_null()) || (type == "boolean" && value.is_boolean()) ||
         (type == "string" && value.is_string()) || (type == "array" && value.is_array()) ||
         (type == "object" && value.is_object()) || (type == "number" && value.is_number()) ||
         (type == "integer" && value.is_number_integer());
}

/// The one pattern that schema/ uses, matched by hand: std::regex raises false warnings under the sanitizers.
constexpr const char* kPercentileNames = "^p[0-9]+([.][0-9]+)?$";

bool is_percentile_name(const std::string& key) {
  if (key.size() < 2 || key[0] != 'p' || key.find_first_not_of("0123456789.", 1) != std::string::npos) {
    return false;
  }
  const auto point = key.find('.');
  return key[1] != '.' && key.back() != '.' &&
         (point == std::string::npos || key.find('.', point + 1) == std::string::npos);
}

class Validation {
 public:
  explicit Validation(const json& root) : root_(root) {}

  void check(const json& schema, const json& value, const std::string& path) {
    refuse_unknown_words(schema);
    if (schema.contains("$ref")) {
      const std::string reference = schema["$ref"];
      check(root_.at(json::json_pointer(reference.substr(1))), value, path);
    }
    check_value(schema, value, path);
    if (schema.contains("anyOf")) {
      check_any(schema["anyOf"], value, path);
    }
    if (value.is_object()) {
      check_members(schema, value, path);
    }
    if (value.is_array() && schema.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        check(schema["items"], value[i], path + "[" + std::to_string(i) + "]");
      }
    }
  }

  /// Members that some schema described.
  [[nodiscard]] const std::set<std::string>& described() const { return described_; }
  std::vector<std::string> findings;

 private:
  static void refuse_unknown_words(const json& schema) {
    for (const auto& item : schema.items()) {
      if (std::find(kWords.begin(), kWords.end(), item.key()) == kWords.end()) {
        throw std::invalid_argument("schema word " + item.key() + " is not known here");
      }
    }
  }

  void finding(const std::string& path, const std::string& message) { findings.push_back(path + ": " + message); }

  void check_value(const json& schema, const json& value, const std::string& path) {
    if (schema.contains("type")) {
      const json types = schema["type"].is_array() ? schema["type"] : json::array({schema["type"]});
      if (std::none_of(types.begin(), types.end(), [&](const json& type) { return has_type(value, type); })) {
        finding(path, "is no " + types.dump());
      }
    }
    if (schema.contains("const") && schema["const"] != value) {
      finding(path, "is not " + schema["const"].dump());
    }
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
      finding(path, "is none of " + schema["enum"].dump());
    }
    if (value.is_number() && schema.contains("minimum") && value < schema["minimum"]) {
      finding(path, "is below " + schema["minimum"].dump());
    }
    if (value.is_number() && schema.contains("maximum") && value > schema["maximum"]) {
      finding(path, "is above " + schema["maximum"].dump());
    }
    if (value.is_array() && (value.size() < schema.value("minItems", std::size_t{0}) ||
                             value.size() > schema.value("maxItems", value.size()))) {
      finding(path, "has a wrong number of elements");
    }
  }

  void check_any(const json& alternatives, const json& value, const std::string& path) {
    for (const json& alternative : alternatives) {
      Validation attempt(root_);
      attempt.check(alternative, value, path);
      if (attempt.findings.empty()) {
        described_.insert(attempt.described_.begin(), attempt.described_.end());
        return;
      }
    }
    finding(path, "fits none of the alternatives");
  }

  void check_members(const json& schema, const json& value, const std::string& path) {
    for (const json& name : schema.value("required", json::array())) {
      if (!value.contains(name)) {
        finding(path, "lacks " + name.get<std::string>());
      }
    }
    for (const auto& [key, member] : value.items()) {
      const std::string place = path.empty() ? key : path + "." + key;
      if (const json* found = schema_of(schema, key)) {
        described_.insert(place);
        check(*found, member, place);
      }
    }
  }

  static const json* schema_of(const json& schema, const std::string& key) {
    if (schema.contains("properties") && schema["properties"].contains(key)) {
      return &schema["properties"][key];
    }
    if (schema.contains("patternProperties")) {
      for (const auto& item : schema["patternProperties"].items()) {
        if (item.key() != kPercentileNames) {
          throw std::invalid_argument("pattern " + item.key() + " is not known here");
        }
        if (is_percentile_name(key)) {
          return &item.value();
        }
      }
    }
    return schema.contains("additionalProperties") ? &schema["additionalProperties"] : nullptr;
  }

  const json& root_;
  std::set<std::string> described_;
};

void undescribed(const json& value, const std::string& path, const std::set<std::string>& described,
                 std::vector<std::string>& findings) {
  for (const auto& item : value.items()) {
    const std::string place = !value.is_object() ? path + "[" + item.key() + "]"
                              : path.empty()     ? item.key()
                                                 : path + "." + item.key();
    if (value.is_object() && !described.contains(place)) {
      findings.push_back(place + ": is not described");
    } else if (item.value().is_structured()) {
      undescribed(item.value(), place, described, findings);
    }
  }
}

}  // namespace

std::vector<std::string> schema_findings(const json& schema, const json& document) {
  Validation validation(schema);
  validation.check(schema, document, "");
  std::vector<std::string> findings = std::move(validation.findings);
  undescribed(document, "", validation.described(), findings);
  return findings;
}

}  // namespace assay
