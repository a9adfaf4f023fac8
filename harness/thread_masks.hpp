#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/file_source.hpp"

namespace assay {

/// The CPUs that each thread of this process may use now, as the kernel lists them ("0-3,8"), by the thread's number.
/// Empty where /proc/self/task is hidden.
using ThreadMasks = std::map<std::string, std::string>;
[[nodiscard]] ThreadMasks read_thread_masks(const FileSource& files);

/// What somebody changed between two readings, one line for each such change: "2 threads: CPUs 1 -> 0". A CPU that was
/// taken offline, a smaller cpuset and taskset(1) all show like this. Threads of one reading only are left out.
[[nodiscard]] std::vector<std::string> changed_masks(const ThreadMasks& before, const ThreadMasks& after);

/// Sees whether somebody else changes the CPUs of the threads that are there at its beginning.
class ThreadMaskWatch {
 public:
  void begin(const FileSource& files) { masks_ = read_thread_masks(files); }
  /// A thread, by its number, has pinned itself, which is no change from outside. Of the others nothing is looked at
  /// again: what was done to them since the beginning stays to be seen. One that came later is not watched.
  void pinned(const std::string& thread, const FileSource& files);
  [[nodiscard]] std::vector<std::string> changes(const FileSource& files) const {
    return changed_masks(masks_, read_thread_masks(files));
  }

 private:
  ThreadMasks masks_;
};

}  // namespace assay
