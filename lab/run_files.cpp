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

/// Every "*.run.json" in `folder` and below; a folder below that cannot be read goes to `refused`.
std::vector<fs::path> run_files_below(const fs::path& folder, std::vector<std::string>& refused) {
  std::vector<fs::path> files;
  std::vector<fs::path> folders{folder};
  while (!folders.empty()) {
    const fs::path current = folders.back();
    folders.pop_back();
    std::error_code error;
    for (fs::directory_iterator entry(current, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      if (entry->is_directory() && !entry->is_symlink()) {
        folders.push_back(entry->path());
      } else if (entry->path().string().ends_with(".run.json")) {
        files.push_back(entry->path());
      }
    }
    if (error && current == folder) {
      throw CommandError(ExitCode::file, fmt::format("{}: {}", folder.string(), error.message()));
    }
    if (error) {
      refused.push_back(fmt::format("{}: {}", current.string(), error.message()));
    }
  }
  return files;
}

/// Two files with one of these hold the same run: an edited copy is another.
std::tuple<std::string, std::string, bool> identity_of(const LoadedRun& loaded) {
  return {loaded.run.id, loaded.run.stored_hash, loaded.run.hash_matches};
}

}  // namespace

std::vector<LoadedRun> load_runs(const std::vector<std::string>& paths, std::vector<std::string>& refused) {
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
    for (const fs::path& file : run_files_below(path, refused)) {
      try {
        runs.push_back({.path = file.string(), .run = read_run_file(file)});
      } catch (const std::runtime_error& error) {
        refused.emplace_back(error.what());
      }
    }
  }
  if (runs.empty() && !refused.empty()) {
    throw CommandError(ExitCode::file, fmt::format("{}: no result file in there can be read; the first: {}",
                                                   fmt::join(paths, ", "), refused.front()));
  }
  if (runs.empty()) {
    throw CommandError(ExitCode::file, fmt::format("{}: no result file (*.run.json) in there; assay run writes them",
                                                   fmt::join(paths, ", ")));
  }
  std::ranges::stable_sort(runs, {}, identity_of);  // ULIDs sort by time
  // A file and the folder that it lies in. Clang 14 does not compile std::ranges::unique of libstdc++ 12.
  const auto same = [](const LoadedRun& a, const LoadedRun& b) { return identity_of(a) == identity_of(b); };
  runs.erase(std::unique(runs.begin(), runs.end(), same), runs.end());
  return runs;
}

}  // namespace assay
