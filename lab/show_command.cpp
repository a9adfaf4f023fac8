#include "lab/show_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "analysis/bundle_file.hpp"
#include "analysis/result_file.hpp"
#include "analysis/untrusted_json.hpp"
#include "lab/own_names.hpp"
#include "lab/show_view.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

/// The files that go along when `path` is handed in, each readable.
std::vector<SharedFile> shared_files(const fs::path& path) {
  std::vector<fs::path> paths;
  if (fs::is_directory(path)) {
    for (auto entry = fs::recursive_directory_iterator(path); entry != fs::recursive_directory_iterator(); ++entry) {
      if (entry->is_regular_file()) {
        paths.push_back(entry->path());
      }
    }
    std::ranges::sort(paths);
  } else {
    paths.push_back(path);
  }
  std::vector<SharedFile> files;
  for (const fs::path& one : paths) {
    std::string bytes = read_untrusted_file(one);
    if (bytes.size() > kLargestUntrustedFile) {
      throw std::runtime_error(fmt::format("{}: too large to be searched", one.string()));
    }
    files.push_back({.name = fs::is_directory(path) ? one.lexically_relative(path).string() : one.filename().string(),
                     .bytes = std::move(bytes)});
  }
  return files;
}

ExitCode show_shared(const ShowCommandOptions& options, Console& console) {
  const std::vector<SharedFile> files = shared_files(options.path);
  if (files.empty()) {
    throw std::runtime_error(fmt::format("{}: no file in there", options.path));
  }
  const SharedView view = shared_view(files, own_names(), console.text_style().charset);
  console.result(view.text);
  for (const std::string& warning : view.warnings) {
    console.warning(warning);
  }
  return view.names_somebody ? ExitCode::run_invalid : ExitCode::ok;
}

ExitCode show_file(const ShowCommandOptions& options, Console& console) {
  const fs::path path = options.path;
  const bool is_bundle = fs::is_directory(path) || path.filename() == kBundleFile;
  if (is_bundle) {
    console.result(bundle_text(load_bundle(path), console.text_style().charset));
    return ExitCode::ok;
  }
  const std::string text = read_untrusted_file(path);
  const FileCheck check = check_result_text(text, path.string());
  if (check.state == FileState::invalid) {
    throw std::runtime_error(fmt::format("{}: {}", path.string(), check.findings.front()));
  }
  if (check.state == FileState::changed) {
    console.warning(fmt::format("{}: changed after it was written: its hash does not match", path.string()));
  }
  console.result(result_text(check.schema, text, path.string(), console.text_style()));
  return ExitCode::ok;
}

}  // namespace

ExitCode show_command(const ShowCommandOptions& options) {
  Console console(options.console);
  std::error_code error;
  if (!fs::exists(options.path, error)) {
    throw CommandError(ExitCode::file, fmt::format("{}: there is no such file or folder", options.path));
  }
  try {
    return options.shared ? show_shared(options, console) : show_file(options, console);
  } catch (const std::runtime_error& failure) {
    throw CommandError(ExitCode::file, failure.what());
  }
}

}  // namespace assay
