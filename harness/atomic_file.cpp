#include "harness/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace assay {
namespace {

[[noreturn]] void fail(const char* call, const std::filesystem::path& path, int error) {
  throw std::runtime_error(fmt::format("{} {}: {}", call, path.string(), std::strerror(error)));
}

/// A temporary file that is removed unless it was renamed into place. It is always a new one: in a folder that others
/// may write to, a link of that name would lead the text into any file of ours.
class PendingFile {
 public:
  explicit PendingFile(const std::filesystem::path& folder) {
    constexpr int kMostNames = 1000;  // those of processes that were killed, and had this one's number
    for (int number = 1; number <= kMostNames && descriptor_ < 0; ++number) {
      path_ =
          folder / (number == 1 ? fmt::format(".tmp-{}", ::getpid()) : fmt::format(".tmp-{}-{}", ::getpid(), number));
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
      if (descriptor_ < 0 && errno != EEXIST) {
        break;
      }
    }
    if (descriptor_ < 0) {
      fail("open", path_, errno);
    }
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
    if (!renamed_) {
      ::unlink(path_.c_str());
    }
  }

  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0 && errno != EINTR) {
        fail("write", path_, errno);
      }
      text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    if (::fsync(descriptor_) != 0) {
      fail("fsync", path_, errno);
    }
  }

  void rename_to(const std::filesystem::path& target) {
    // NFS reports a full disk only here.
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    if (closed != 0) {
      fail("close", path_, errno);
    }
    if (::rename(path_.c_str(), target.c_str()) != 0) {
      fail("rename to", target, errno);
    }
    renamed_ = true;
  }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

}  // namespace

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    fail("open", folder, errno);
  }
  const int synced = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  // EINVAL: some file systems cannot sync a folder; the file itself is safe.
  if (synced != 0 && error != EINVAL) {
    fail("fsync", folder, error);
  }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  PendingFile pending(folder);
  pending.write(text);
  pending.rename_to(path);
  sync_folder(folder);
}

}  // namespace assay
