#pragma once

#include <string>
#include <utility>
#include <vector>

namespace assay {

/// What this binary was built from and how. Captured by the build itself, not by the configuration, so that it
/// follows every commit and every edit.
struct BuildInfo {
  std::string version;     ///< "0.1.0"
  std::string revision;    ///< abbreviated git commit; "unknown" outside a checkout
  bool dirty = false;      ///< tracked files differed from that commit
  std::string compiler;    ///< "GNU 12.2.0"
  std::string flags;       ///< of the compiler, for the build type; targets may add their own
  std::string build_type;  ///< "Release"
  std::vector<std::pair<std::string, std::string>> options;  ///< {"PAPI", "ON"}, in a fixed order

  /// "3f2a9c1", "3f2a9c1+dirty" or "unknown"
  [[nodiscard]] std::string revision_with_state() const;
};

[[nodiscard]] BuildInfo build_info();

/// Several lines for people, ending in a newline.
[[nodiscard]] std::string version_text(const BuildInfo& build);

}  // namespace assay
