#pragma once

#include <optional>
#include <string>

#include "harness/file_source.hpp"
#include "harness/unavailable.hpp"
#include "harness/units.hpp"

namespace assay {

/// Keeps transparent huge pages away from this process while it lives, whatever is asked for page by page; at its end
/// the process may have them again if it could before. Memory that lies in huge pages already stays there.
class SmallPages {
 public:
  SmallPages();
  SmallPages(const SmallPages&) = delete;
  SmallPages& operator=(const SmallPages&) = delete;
  ~SmallPages();
  /// Why the system did not take the wish; nothing if it did.
  [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }

 private:
  bool disabled_before_ = false;  ///< by whoever started this process
  std::optional<std::string> problem_;
};

/// Holds this process's memory in place while it lives: all that it has now is touched and locked, what comes later is
/// locked when it is first touched. (Touching that at once too would touch each reserve that is never used.)
class LockedMemory {
 public:
  LockedMemory();
  LockedMemory(const LockedMemory&) = delete;
  LockedMemory& operator=(const LockedMemory&) = delete;
  ~LockedMemory();
  [[nodiscard]] const std::optional<std::string>& problem() const { return problem_; }

 private:
  std::optional<std::string> problem_;
};

/// How much of this process lies in transparent huge pages now ("AnonHugePages" of /proc/self/smaps_rollup).
[[nodiscard]] Reading<Bytes> huge_page_memory(const FileSource& files);

/// How much of this process is locked now ("VmLck" of /proc/self/status).
[[nodiscard]] Reading<Bytes> locked_memory(const FileSource& files);

}  // namespace assay
