#include "lab/export_command.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/mlperf_layout.hpp"
#include "analysis/run_columns.hpp"
#include "analysis/run_file.hpp"
#include "analysis/untrusted_json.hpp"
#include "lab/json_output.hpp"
#include "lab/run_files.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

/// Each file's own content in canonical form, with the hash that it carries: what this program does not know stays, and
/// so does the trace of an edit.
std::string json_line(const LoadedRun& loaded) {
  std::string line = canonical_json(read_untrusted_file(loaded.path));
  line.pop_back();  // its closing brace
  const nlohmann::json hash = loaded.run.stored_hash;
  return fmt::format("{},\"hash\":{}}}\n", line, hash.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string exported(const ExportCommandOptions& options, const std::vector<LoadedRun>& loaded,
                     const std::vector<RunDocument>& runs) {
  if (options.format == "csv") {
    return runs_csv(runs);
  }
  if (options.format == "sql") {
    return runs_sql(runs);
  }
  if (options.format == "md") {
    return runs_markdown(runs);
  }
  std::string lines;
  for (const LoadedRun& one : loaded) {
    lines += json_line(one);
  }
  return lines;
}

void write_layout(const ExportCommandOptions& options, const std::vector<RunDocument>& runs, Console& console) {
  if (options.output.empty() || options.output == "-") {
    throw CommandError(ExitCode::usage, "export mlperf-layout: name the folder that it goes to: -o DIR");
  }
  const fs::path folder = options.output;
  std::error_code error;
  if (fs::exists(folder, error) && (!fs::is_directory(folder, error) || !fs::is_empty(folder, error))) {
    throw CommandError(ExitCode::file, fmt::format("-o {}: is there already and not an empty folder", options.output));
  }
  const std::vector<LayoutFile> layout = mlperf_layout(runs);
  for (const LayoutFile& file : layout) {
    const fs::path path = folder / file.path;
    fs::create_directories(path.parent_path(), error);
    if (error) {
      throw CommandError(ExitCode::file, fmt::format("{}: {}", path.parent_path().string(), error.message()));
    }
    write_text(path.string(), file.text);
  }
  console.note(
      fmt::format("{} files in {}: the shape of a submission, not a submission", layout.size(), options.output));
}

}  // namespace

ExitCode export_command(const ExportCommandOptions& options) {
  Console console(options.console);
  std::vector<std::string> refused;
  const std::vector<LoadedRun> loaded = load_runs(options.paths, refused);
  std::vector<RunDocument> runs;
  for (const LoadedRun& one : loaded) {
    if (!one.run.hash_matches) {
      console.warning(fmt::format("{}: changed after it was written: its hash does not match", one.path));
    }
    if (options.format == "mlperf-layout" && one.run.mode == "accuracy") {
      console.warning(fmt::format("{}: left out: a run in accuracy mode has no performance log", one.path));
    }
    runs.push_back(one.run);
  }
  for (const std::string& reason : refused) {
    console.warning("left out: " + reason);
  }
  if (options.format == "mlperf-layout") {
    write_layout(options, runs, console);
    return ExitCode::ok;
  }
  const std::string text = exported(options, loaded, runs);
  if (options.output.empty() || options.output == "-") {
    console.result(text);
  } else {
    write_text(options.output, text);
    console.note(fmt::format("{} {} in {}", runs.size(), runs.size() == 1 ? "run" : "runs", options.output));
  }
  return ExitCode::ok;
}

}  // namespace assay
