#include "lab/validate_command.hpp"

#include <nlohmann/json.hpp>

#include "lab/file_checks.hpp"
#include "lab/json_output.hpp"

namespace assay {

namespace {

using Json = nlohmann::ordered_json;

std::string checks_json(const FileChecks& checks) {
  Json files = Json::array();
  for (const CheckedFile& file : checks.files) {
    const FileCheck& check = file.check;
    files.push_back({{"file", file.path},
                     {"schema", check.schema.empty() ? Json() : Json(check.schema)},
                     {"state", name_of(check.state)},
                     {"hashed", check.hashed},
                     {"findings", check.findings},
                     {"notes", check.notes}});
  }
  const Json json{{"schema", "assay/validate/1"}, {"ok", all_ok(checks)}, {"files", files}, {"notes", checks.notes}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

ExitCode validate_command(const ValidateCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  FileChecks checks;
  for (const std::string& path : options.paths) {
    check_path(path, checks);
  }
  write_json(options.json, checks_json(checks), console);
  if (options.json != "-") {
    for (const CheckedFile& file : checks.files) {
      console.result(check_line(file) + "\n");
      for (const std::string& note : file.check.notes) {
        console.note("  " + note);
      }
    }
  }
  for (const std::string& note : checks.notes) {
    console.note(note);
  }
  return all_ok(checks) ? ExitCode::ok : ExitCode::file;
}

}  // namespace assay
