#include "lab/import_command.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

#include "analysis/untrusted_json.hpp"
#include "lab/import_view.hpp"
#include "lab/json_output.hpp"
#include "lab/mlperf_view.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

GbenchFile read(const std::string& path) {
  try {
    return read_gbench_file(path);
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file,
                       std::string(error.what()) + "; a file that --benchmark_out=FILE writes as JSON is expected");
  }
}

/// The log of a name in a folder; empty where it is not there.
std::string log_in(const fs::path& folder, std::string_view name) {
  const fs::path path = folder / name;
  return fs::exists(path) ? read_untrusted_file(path) : "";
}

MlperfImport mlperf_of_folder(const fs::path& folder) {
  MlperfImport import;
  const std::string detail = log_in(folder, kMlperfDetailFile);
  const std::string summary = log_in(folder, kMlperfSummaryFile);
  if (!detail.empty()) {
    import.log = mlperf_detail_from_text(detail, (folder / kMlperfDetailFile).string());
    import.files.emplace_back(kMlperfDetailFile);
  }
  if (!summary.empty()) {
    const MlperfLog other = mlperf_summary_from_text(summary, (folder / kMlperfSummaryFile).string());
    import.files.emplace_back(kMlperfSummaryFile);
    if (detail.empty()) {
      import.log = other;
    } else {
      import.disagreements = mlperf_disagreements(import.log, other);
    }
  }
  if (import.files.empty()) {
    throw std::runtime_error(
        fmt::format("{}: neither {} nor {} in there", folder.string(), kMlperfDetailFile, kMlperfSummaryFile));
  }
  return import;
}

MlperfImport mlperf_of_file(const fs::path& path) {
  MlperfImport import;
  const std::string text = read_untrusted_file(path);
  import.files.push_back(path.filename().string());
  // By what is in it: people rename logs.
  import.log = text.find(":::MLLOG") != std::string::npos ? mlperf_detail_from_text(text, path.string())
                                                          : mlperf_summary_from_text(text, path.string());
  return import;
}

MlperfImport read_mlperf(const std::string& path) {
  try {
    return fs::is_directory(path) ? mlperf_of_folder(path) : mlperf_of_file(path);
  } catch (const std::runtime_error& error) {
    throw CommandError(ExitCode::file, std::string(error.what()) + "; a log that LoadGen wrote is expected");
  }
}

}  // namespace

ExitCode import_command(const ImportCommandOptions& options) {
  Console console(options.console);
  require_json_target(options.json);
  const Charset charset = console.text_style().charset;
  std::string json;
  std::string text;
  if (options.format == "mlperf") {
    const MlperfImport import = read_mlperf(options.path);
    json = mlperf_json(import);
    text = mlperf_text(import, charset);
  } else {
    const GbenchFile file = read(options.path);
    json = gbench_json(file);
    text = gbench_text(file, charset);
  }
  write_json(options.json, json, console);
  if (options.json != "-") {
    console.result(text);
  }
  return ExitCode::ok;
}

}  // namespace assay
