#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <variant>

namespace assay {

/// Somebody else measures on this machine.
struct LockBusy {
  std::string holder;  ///< "pid 4711, since 2026-11-24T15:02:11Z, assay run gemm", or "unknown"
};

/// One measurement at a time on a machine, whoever runs it: flock(2) on "assay.lock" in a folder that all users share.
/// The lock goes with the process, however that ends; the file stays.
class MachineLock {
 public:
  /// `what` is what the next one is told. Throws std::runtime_error naming the path and the system's message if the
  /// file can be neither opened nor made, or is no regular file with this one name.
  [[nodiscard]] static std::variant<MachineLock, LockBusy> try_acquire(const std::filesystem::path& folder,
                                                                       const std::string& what);

  MachineLock(MachineLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  MachineLock& operator=(MachineLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  MachineLock(const MachineLock&) = delete;
  MachineLock& operator=(const MachineLock&) = delete;
  ~MachineLock();

 private:
  explicit MachineLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace assay
