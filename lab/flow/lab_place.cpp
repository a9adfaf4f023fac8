#include "lab/flow/lab_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <vector>

#include "analysis/run_file.hpp"
#include "lab/command_error.hpp"
#include "lab/flow/lab_session.hpp"

namespace assay {
namespace {

namespace fs = std::filesystem;
constexpr const char* kLabs = "assay-lab";

std::vector<fs::path> labs_here() {
  std::vector<fs::path> labs;
  std::error_code error;
  for (fs::directory_iterator entry(kLabs, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (LabSession::exists(entry->path())) {
      labs.push_back(entry->path());
    }
  }
  std::ranges::sort(labs);
  return labs;
}

}  // namespace

fs::path lab_folder(const LabPlace& place) {
  if (!place.folder.empty()) {
    return place.folder;
  }
  if (!place.track.empty()) {
    return fs::path(kLabs) / for_file_name(fs::path(place.track).stem().string());
  }
  const std::vector<fs::path> labs = labs_here();
  if (labs.size() == 1) {
    return labs.front();
  }
  if (labs.empty()) {
    throw CommandError(ExitCode::usage, "no lab began here yet: assay lab begin --track cloud|edge|mobile|tiny");
  }
  std::vector<std::string> names;
  names.reserve(labs.size());
  for (const fs::path& lab : labs) {
    names.push_back(lab.filename().string());
  }
  throw CommandError(ExitCode::usage,
                     fmt::format("several labs began here; name one: --track {}", fmt::join(names, "|")));
}

}  // namespace assay
