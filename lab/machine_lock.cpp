#include "lab/machine_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>

#include "analysis/run_file.hpp"

namespace assay {

namespace {

constexpr mode_t kForEverybody = 0666;

/// First without O_CREAT: in a sticky folder the kernel refuses O_CREAT on another user's file
/// (fs.protected_regular, proc(5)).
int open_lock_file(const std::filesystem::path& path) {
  constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  constexpr int kAttempts = 3;  // another process may make the file between the two calls
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    int descriptor = open(path.c_str(), kFlags);
    if (descriptor >= 0 || errno != ENOENT) {
      return descriptor;
    }
    descriptor = open(path.c_str(), kFlags | O_CREAT | O_EXCL, kForEverybody);
    if (descriptor >= 0) {
      fchmod(descriptor, kForEverybody);  // past the umask: the next user must be able to lock it too
      return descriptor;
    }
    if (errno != EEXIST) {
      return descriptor;
    }
  }
  return -1;
}

/// What the holder wrote. The file belongs to whoever made it: nothing in it is trusted.
std::string holder_of(int descriptor) {
  std::array<char, 200> text{};
  const ssize_t size = pread(descriptor, text.data(), text.size(), 0);
  std::string holder;
  for (ssize_t i = 0; i < size && text[static_cast<std::size_t>(i)] != '\n'; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    holder += c >= ' ' && c <= '~' ? c : '?';
  }
  return holder.empty() ? "unknown" : holder;
}

/// O_NOFOLLOW keeps symbolic links out, not hard ones: the lock is about to be cut to nothing, so it must be a file of
/// its own and not a second name of somebody's.
void require_own_file(int descriptor, const std::filesystem::path& path) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) {
    throw std::runtime_error(fmt::format("lock {}: {}", path.string(), std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) {
    throw std::runtime_error(fmt::format("lock {}: not a regular file", path.string()));
  }
  if (status.st_nlink > 1) {
    throw std::runtime_error(fmt::format("lock {}: a hard link to another file; remove it", path.string()));
  }
}

/// What the holder leaves for the next one: one line, whatever `what` holds.
std::string line_of(std::string what) {
  std::replace_if(
      what.begin(), what.end(), [](unsigned char c) { return c < ' '; }, '?');
  return fmt::format("pid {}, since {}, {}\n", getpid(), utc_timestamp(std::time(nullptr)), what);
}

}  // namespace

std::variant<MachineLock, LockBusy> MachineLock::try_acquire(const std::filesystem::path& folder,
                                                             const std::string& what) {
  const std::filesystem::path path = folder / "assay.lock";
  MachineLock lock(open_lock_file(path));
  if (lock.descriptor_ < 0) {
    throw std::runtime_error(fmt::format("lock {}: {}", path.string(), std::strerror(errno)));
  }
  require_own_file(lock.descriptor_, path);
  if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      throw std::runtime_error(fmt::format("lock {}: {}", path.string(), std::strerror(errno)));
    }
    return LockBusy{.holder = holder_of(lock.descriptor_)};
  }
  const std::string line = line_of(what);
  // What it says is a courtesy; a full disk must not stop a measurement.
  if (ftruncate(lock.descriptor_, 0) == 0) {
    (void)!pwrite(lock.descriptor_, line.data(), line.size(), 0);
  }
  return lock;
}

MachineLock::~MachineLock() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

}  // namespace assay
