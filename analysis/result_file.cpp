#include "analysis/result_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/bundle_file.hpp"
#include "analysis/json_schema.hpp"
#include "analysis/roofline_file.hpp"
#include "analysis/run_contradictions.hpp"
#include "analysis/run_file.hpp"
#include "analysis/run_file_field.hpp"
#include "analysis/schema_files.hpp"
#include "analysis/selftest_json.hpp"
#include "analysis/untrusted_json.hpp"

namespace assay {

namespace {

using nlohmann::json;

constexpr std::size_t kLongestSchemaName = 60;

/// "NAME: place: expected" without the name, which the caller prints.
std::string without_source(const std::string& message, std::string_view source) {
  const std::string before = std::string(source) + ": ";
  return message.starts_with(before) ? message.substr(before.size()) : message;
}

std::string named_schema(const json& root) {
  const auto found = root.is_object() ? root.find("schema") : root.end();
  return found != root.end() && found->is_string() ? found->get<std::string>() : "";
}

/// What the reader of this kind finds wrong beyond the schema.
std::vector<std::string> reader_findings(const std::string& schema, std::string_view text, std::string_view source) {
  try {
    if (schema == kRunSchema) {
      return run_contradictions(run_document_from_json(text, source));
    }
    if (schema == kRooflineSchema) {
      (void)roofline_from_json(text, source);
    } else if (schema == kBundleSchema) {
      (void)bundle_from_json(text, source);
    } else if (schema == kSelftestSchema) {
      (void)selftest_from_json(text, source);
    }
  } catch (const std::exception& error) {
    return {without_source(error.what(), source)};
  }
  return {};
}

void check_known(const json& root, std::string_view text, std::string_view source, FileCheck& check) {
  SchemaCheck schema = check_schema(json::parse(*schema_file(check.schema)), root);
  check.findings = std::move(schema.findings);
  check.notes = std::move(schema.undescribed);
  if (check.findings.empty()) {
    check.findings = reader_findings(check.schema, text, source);
    check.findings.resize(std::min(check.findings.size(), SchemaLimits{}.findings));
  }
  const auto hash = root.find("hash");
  check.hashed = hash != root.end() && hash->is_string();
  if (!check.findings.empty()) {
    return;
  }
  if (!check.hashed) {
    check.notes.emplace_back("carries no hash of its own: an edit does not show");
  }
  check.state = check.hashed && hash->get<std::string>() != content_hash(text) ? FileState::changed : FileState::ok;
}

}  // namespace

std::string name_of(FileState state) {
  constexpr std::array kNames{"OK", "CHANGED", "INVALID"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string schema_of(std::string_view text) {
  try {
    return named_schema(parse_untrusted_json(text, "", "a result file"));
  } catch (const std::runtime_error&) {
    return "";
  }
}

FileCheck check_result_text(std::string_view text, std::string_view source) {
  FileCheck check;
  try {
    const json root = parse_untrusted_json(text, source, "a result file");
    check.schema = named_schema(root);
    if (schema_file(check.schema)) {
      check_known(root, text, source, check);
    } else {
      check.findings.push_back(fmt::format(
          "schema: {}; expected one of {}",
          check.schema.empty() ? "none is named" : "'" + printable(check.schema, kLongestSchemaName) + "' is not known",
          fmt::join(schema_names(), ", ")));
      check.schema.clear();
    }
  } catch (const std::runtime_error& error) {
    check.findings.push_back(without_source(error.what(), source));
  }
  return check;
}

}  // namespace assay
