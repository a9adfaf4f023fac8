#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace assay {

/// Sees that somebody else went on with a lab: a terminal, or another server.
class LabWatch {
 public:
  /// `folders`: of the labs, begun or not.
  explicit LabWatch(std::vector<std::filesystem::path> folders);

  /// Whether a ledger has grown, or a run has begun or ended, since the last time.
  [[nodiscard]] bool changed();

 private:
  struct Lab {
    std::filesystem::path folder;
    std::uintmax_t ledger_bytes = 0;
    bool is_measuring = false;
  };
  std::vector<Lab> labs_;
};

}  // namespace assay
