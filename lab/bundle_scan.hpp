#pragma once

#include <filesystem>
#include <vector>

#include "analysis/gallery.hpp"
#include "lab/result_index.hpp"

namespace assay {

/// The bundles of a folder.
struct BundleScan {
  std::vector<FoundBundle> bundles;    ///< by place
  std::vector<RefusedBundle> refused;  ///< by place
  std::size_t read = 0;                ///< files that the index did not know
};

/// Every bundle.json in `root` and below, hidden folders left out and no symbolic link followed; a bundle holds no
/// other. Files that `index` knows are not read again. Throws CommandError (file) if the folder itself cannot be read.
[[nodiscard]] BundleScan scan_bundles(const std::filesystem::path& root, ResultIndex& index);

}  // namespace assay
