#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "analysis/untrusted_json.hpp"
#include "lab/flow/lab_class.hpp"
#include "lab/flow/lab_export.hpp"
#include "lab/flow/lab_verification.hpp"
#include "lab/json_output.hpp"
#include "lab/lab_command.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;

const std::string& only_word(const LabCommandOptions& options, const char* what) {
  if (options.words.size() != 1) {
    throw CommandError(ExitCode::usage, what);
  }
  return options.words.front();
}

std::optional<std::string> nonce_of(const LabCommandOptions& options) {
  return options.nonce.empty() ? std::nullopt : std::optional(options.nonce);
}

/// The folder of the lab: as typed, or where the export lies if the runs lie there too.
fs::path folder_of(const LabCommandOptions& options, const fs::path& file) {
  if (!options.place.folder.empty()) {
    return options.place.folder;
  }
  std::error_code ignored;
  const fs::path beside = file.parent_path().empty() ? fs::path(".") : file.parent_path();
  return fs::is_directory(beside / "runs", ignored) ? beside : fs::path();
}

}  // namespace

ExitCode lab_export_command(const LabCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  LabSession session(lab_folder(options.place));
  const std::string folder = options.out.empty() ? session.folder().string() : options.out;
  const LabExportFiles files = export_lab(session, folder, options.draft);
  if (files.texts.empty()) {
    for (const std::string& missing : files.missing) {
      console.error("missing: " + missing);
    }
    console.error("nothing was exported; --draft exports what is there, marked as a draft");
    return ExitCode::run_invalid;
  }
  for (const auto& [name, text] : files.texts) {
    if (name.ends_with(".json")) {
      write_json(options.json, text, console);
    }
    if (options.json != "-") {
      console.result(fmt::format("{}\n", (fs::path(folder) / name).string()));
    }
  }
  return ExitCode::ok;
}

ExitCode lab_verify_command(const LabCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  const std::string& file = only_word(options, "verify: name one export, e.g. assay lab verify edge-lab.json");
  try {
    const std::string text = read_untrusted_file(file);
    const LabVerification found =
        verify_lab(text, file, {.folder = folder_of(options, file), .nonce = nonce_of(options)});
    write_json(options.json, verification_json(found), console);
    if (options.json != "-") {
      console.result(verification_text(found));
    }
    return found.intact() ? ExitCode::ok : ExitCode::run_invalid;
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, error.what());
  }
}

ExitCode lab_grade_command(const LabCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  const std::string& folder = only_word(options, "grade: name the folder with the exports of a class");
  const ClassTable table = class_table(folder, nonce_of(options));
  write_json(options.json, class_json(table), console);
  if (!options.csv.empty()) {
    write_text(options.csv, class_csv(table));
  }
  if (options.json != "-") {
    console.result(class_text(table));
  }
  return ExitCode::ok;
}

}  // namespace assay
