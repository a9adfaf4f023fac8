#include "analysis/json_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <unordered_set>

#include "analysis/run_file_field.hpp"

namespace assay {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 18> kWords{"$schema",
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

/// Deeper than any schema of ours: a "$ref" that leads to itself.
constexpr int kDeepestSchema = 100;
constexpr std::size_t kLongestValue = 200;

bool has_type(const json& value, std::string_view type) {
  return (type == "null" && value.is_null()) || (type == "boolean" && value.is_boolean()) ||
         (type == "string" && value.is_string()) || (type == "array" && value.is_array()) ||
         (type == "object" && value.is_object()) || (type == "number" && value.is_number()) ||
         (type == "integer" && value.is_number_integer());
}

bool has_one_type(const json& value, const json& types) {
  if (types.is_string()) {
    return has_type(value, types.get_ref<const std::string&>());
  }
  return std::any_of(types.begin(), types.end(),
                     [&](const json& type) { return has_type(value, type.get_ref<const std::string&>()); });
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

const json* word(const json& schema, const char* name) {
  const auto found = schema.find(name);
  return found == schema.end() ? nullptr : &*found;
}

/// Throws for a word, a pattern or a form that Validation does not know, wherever in the schema it stands.
void require_known(const json& schema) {  // NOLINT(misc-no-recursion): as deep as our own schema files
  if (!schema.is_object()) {
    throw std::invalid_argument("a schema is an object here");
  }
  for (const auto& [name, value] : schema.items()) {
    if (std::ranges::find(kWords, name) == kWords.end()) {
      throw std::invalid_argument("schema word " + name + " is not known here");
    }
    if (name == "properties" || name == "$defs" || name == "patternProperties") {
      for (const auto& [key, below] : value.items()) {
        if (name == "patternProperties" && key != kPercentileNames) {
          throw std::invalid_argument("pattern " + key + " is not known here");
        }
        require_known(below);
      }
    } else if (name == "anyOf") {
      for (const json& alternative : value) {
        require_known(alternative);
      }
    } else if (name == "items" || (name == "additionalProperties" && !value.is_boolean())) {
      require_known(value);
    }
  }
}

/// One step from a value to what is in it.
struct Step {
  const std::string* key = nullptr;  ///< of an object; null: an element of an array
  std::size_t index = 0;
};

std::string place_text(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps) {
    if (step.key == nullptr) {
      text += fmt::format("[{}]", step.index);
    } else {
      text += (text.empty() ? "" : ".") + printable(*step.key, kLongestShownKey);
    }
  }
  return text.empty() ? "the file" : text;
}

std::string shown(const json& value) {
  return printable(value.dump(-1, ' ', false, json::error_handler_t::replace), kLongestValue);
}

class Validation {
 public:
  Validation(const json& root, std::size_t most_findings) : root_(root), most_(most_findings) {}

  void check(const json& schema, const json& value) {
    if (findings_.size() >= most_) {
      return;
    }
    if (++depth_ > kDeepestSchema) {
      throw std::invalid_argument("the schema leads to itself");
    }
    if (const json* reference = word(schema, "$ref")) {
      check(root_.at(json::json_pointer(reference->get_ref<const std::string&>().substr(1))), value);
    }
    check_value(schema, value);
    if (const json* alternatives = word(schema, "anyOf")) {
      check_any(*alternatives, value);
    }
    if (value.is_object()) {
      check_members(schema, value);
    } else if (const json* items = word(schema, "items"); items != nullptr && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        steps_.push_back({.index = i});
        check(*items, value[i]);
        steps_.pop_back();
      }
    }
    --depth_;
  }

  [[nodiscard]] std::vector<std::string>& findings() { return findings_; }
  /// The members that some schema described.
  [[nodiscard]] std::unordered_set<const json*> described() const { return {described_.begin(), described_.end()}; }

 private:
  void finding(const std::string& message) { findings_.push_back(place_text(steps_) + ": " + message); }

  void check_value(const json& schema, const json& value) {
    if (const json* types = word(schema, "type"); types != nullptr && !has_one_type(value, *types)) {
      finding("is no " + (types->is_array() ? *types : json::array({*types})).dump());
    }
    if (const json* only = word(schema, "const"); only != nullptr && *only != value) {
      finding("is not " + shown(*only));
    }
    if (const json* all = word(schema, "enum");
        all != nullptr && std::find(all->begin(), all->end(), value) == all->end()) {
      finding("is none of " + shown(*all));
    }
    if (const json* least = word(schema, "minimum"); least != nullptr && value.is_number() && value < *least) {
      finding("is below " + least->dump());
    }
    if (const json* most = word(schema, "maximum"); most != nullptr && value.is_number() && value > *most) {
      finding("is above " + most->dump());
    }
    if (value.is_array() && (value.size() < schema.value("minItems", std::size_t{0}) ||
                             value.size() > schema.value("maxItems", value.size()))) {
      finding("has a wrong number of elements");
    }
  }

  void check_any(const json& alternatives, const json& value) {
    const std::size_t findings_before = findings_.size();
    const std::size_t described_before = described_.size();
    const std::size_t most_before = most_;
    most_ = findings_before + 1;  // the first finding refuses an alternative
    const auto fits = [&](const json& alternative) {
      findings_.resize(findings_before);
      described_.resize(described_before);
      check(alternative, value);
      return findings_.size() == findings_before;
    };
    const bool any = std::any_of(alternatives.begin(), alternatives.end(), fits);
    most_ = most_before;
    if (!any) {
      findings_.resize(findings_before);
      described_.resize(described_before);
      finding("fits none of the alternatives");
    }
  }

  void check_members(const json& schema, const json& value) {
    if (const json* required = word(schema, "required")) {
      for (const json& name : *required) {
        if (!value.contains(name.get_ref<const std::string&>())) {
          finding("lacks " + name.get<std::string>());
        }
      }
    }
    for (const auto& [key, member] : value.items()) {
      if (const json* found = schema_of(schema, key)) {
        described_.push_back(&member);
        steps_.push_back({.key = &key});
        check(*found, member);
        steps_.pop_back();
      }
    }
  }

  static const json* schema_of(const json& schema, const std::string& key) {
    if (const json* properties = word(schema, "properties")) {
      if (const auto found = properties->find(key); found != properties->end()) {
        return &*found;
      }
    }
    if (const json* patterns = word(schema, "patternProperties")) {
      for (const auto& item : patterns->items()) {
        if (is_percentile_name(key)) {  // the only pattern that require_known() lets pass
          return &item.value();
        }
      }
    }
    const json* others = word(schema, "additionalProperties");
    return others != nullptr && others->is_object() ? others : nullptr;
  }

  const json& root_;
  std::size_t most_;
  int depth_ = 0;
  std::vector<Step> steps_;
  std::vector<std::string> findings_;
  std::vector<const json*> described_;
};

/// Members that no schema described, outermost only.
class Undescribed {
 public:
  Undescribed(const std::unordered_set<const json*>& described, std::size_t most)
      : described_(described), most_(most) {}

  void look(const json& value) {
    if (value.is_object()) {
      for (const auto& [key, member] : value.items()) {
        visit({.key = &key}, member, described_.contains(&member));
      }
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        visit({.index = i}, value[i], true);
      }
    }
  }

  std::vector<std::string> places;

 private:
  void visit(Step step, const json& member, bool described) {
    if (places.size() >= most_ || (described && !member.is_structured())) {
      return;
    }
    steps_.push_back(step);
    if (described) {
      look(member);
    } else {
      places.push_back(place_text(steps_) + ": is not described");
    }
    steps_.pop_back();
  }

  const std::unordered_set<const json*>& described_;
  std::size_t most_;
  std::vector<Step> steps_;
};

}  // namespace

SchemaCheck check_schema(const json& schema, const json& document, SchemaLimits limits) {
  require_known(schema);
  Validation validation(schema, limits.findings);
  validation.check(schema, document);
  const auto described = validation.described();
  Undescribed rest(described, limits.undescribed);
  rest.look(document);
  SchemaCheck result{.findings = std::move(validation.findings()), .undescribed = std::move(rest.places)};
  result.cut_short = result.findings.size() >= limits.findings || result.undescribed.size() >= limits.undescribed;
  result.findings.resize(std::min(result.findings.size(), limits.findings));
  return result;
}

}  // namespace assay
