#pragma once

#include <string>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

/// A result file that was read.
struct LoadedRun {
  std::string path;
  RunDocument run;
};

/// Reads result files and, of folders, every "*.run.json" in them and below, oldest first, each run once. A file in a
/// folder that cannot be read is left out and its reason appended to `refused`; a file that was named itself throws
/// CommandError (file), as a path that does not exist does. Throws CommandError (file) if nothing is left.
[[nodiscard]] std::vector<LoadedRun> load_runs(const std::vector<std::string>& paths,
                                               std::vector<std::string>& refused);

}  // namespace assay
