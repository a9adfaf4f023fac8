#include "lab/run_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <tuple>

#include "analysis/run_file.hpp"
#include "lab/command_error.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> run_files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
  if (error) {
    throw CommandError(ExitCode::file, fmt::format("{}: {}", folder.string(), error.message()));
  }
  for (; entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.string().ends_with(".run.json") && entry->is_regular_file(error)) {
      files.push_back(path);
    }
  }
  return files;
}

}  // namespace

std::vector<LoadedRun> load_runs(const std::vector<std::string>& paths, std::vector<std::string>* refused) {
  std::vector<LoadedRun> runs;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      try {
        runs.push_back({.path = path, .run = read_run_file(path)});
      } catch (const std::runtime_error& error) {
        throw CommandError(ExitCode::file, error.what());
      }
      continue;
    }
    for (const fs::path& file : run_files_below(path)) {
      try {
        runs.push_back({.path = file.string(), .run = read_run_file(file)});
      } catch (const std::runtime_error& error) {
        if (refused != nullptr) {
          refused->emplace_back(error.what());
        }
      }
    }
  }
  if (runs.empty()) {
    throw CommandError(ExitCode::file, fmt::format("{}: no result file (*.run.json) in there; assay run writes them",
                                                   fmt::join(paths, ", ")));
  }
  std::ranges::stable_sort(runs, {}, [](const LoadedRun& loaded) { return loaded.run.id; });  // ULIDs sort by time
  // A file and the folder that it lies in. Clang 14 does not compile std::ranges::unique of libstdc++ 12.
  const auto same = [](const LoadedRun& a, const LoadedRun& b) { return a.run.id == b.run.id; };
  runs.erase(std::unique(runs.begin(), runs.end(), same), runs.end());
  return runs;
}

}  // namespace assay
