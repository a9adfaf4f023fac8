#pragma once

#include <string>
#include <vector>

#include "analysis/comparison_sides.hpp"

namespace assay {

/// A side that was read, and what a person should know of the reading.
struct CompareInput {
  ComparisonSide side;
  std::vector<std::string> warnings;
};

/// A run file, a folder of run files, or a bundle (its folder or its bundle.json). Runs of a bundle that were changed
/// since it was written are marked as such. Throws CommandError (file) for a path that does not exist, a file that
/// cannot be read and a folder without a run.
[[nodiscard]] CompareInput read_compare_input(const std::string& path);

}  // namespace assay
