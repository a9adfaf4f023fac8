#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// A text of the repository.
struct SourceFile {
  std::string path;  ///< from the root, with '/', e.g. "harness/clock.hpp"
  std::string text;

  /// "harness" of "harness/clock.hpp"; empty for a file in the root.
  [[nodiscard]] std::string_view folder() const;
  /// ".hpp"; empty where the name has no dot.
  [[nodiscard]] std::string_view extension() const;
  /// Split at newlines, which are not part of the lines.
  [[nodiscard]] std::vector<std::string_view> lines() const;
};

/// Every source, script and text under the folders that hold our own files, sorted by path; binary files, build
/// output and installed packages are left out. Throws std::runtime_error if the root does not look like ours.
[[nodiscard]] std::vector<SourceFile> read_source_tree(const std::filesystem::path& root);

/// "Suite.Test" of every test in the sources below tests/.
[[nodiscard]] std::set<std::string> test_names(const std::vector<SourceFile>& tree);

}  // namespace assay
