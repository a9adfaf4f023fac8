#include "lab/flow/ledger.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "analysis/untrusted_json.hpp"
#include "harness/atomic_file.hpp"
#include "harness/digest.hpp"
#include "lab/command_error.hpp"

namespace assay {
namespace {

constexpr std::size_t kMostLineBytes = std::size_t{256} << 10;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
  throw CommandError(ExitCode::file, fmt::format("{}: {}", path.string(), what));
}
[[noreturn]] void fail_call(const std::filesystem::path& path, const char* call) {
  fail(path, fmt::format("{}: {}", call, std::strerror(errno)));
}

/// The file, held by this process alone for as long as it lives.
class HeldFile {
 public:
  explicit HeldFile(const std::filesystem::path& path)
      : path_(path),
        descriptor_(open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600)) {
    if (descriptor_ < 0) {
      fail_call(path, "open");
    }
    struct stat status {};
    if (fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
      close(descriptor_);
      fail(path, "is no regular file");
    }
    while (flock(descriptor_, LOCK_EX) != 0) {
      if (errno != EINTR) {
        close(descriptor_);
        fail_call(path, "flock");
      }
    }
  }
  HeldFile(const HeldFile&) = delete;
  HeldFile& operator=(const HeldFile&) = delete;
  ~HeldFile() { close(descriptor_); }

  [[nodiscard]] std::string text() const {
    std::string text(kLargestUntrustedFile + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
      const ssize_t got = pread(descriptor_, text.data() + size, text.size() - size, static_cast<off_t>(size));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        fail_call(path_, "read");
      }
      if (got == 0) {
        break;
      }
      size += static_cast<std::size_t>(got);
    }
    if (size == text.size()) {
      fail(path_, fmt::format("is longer than {} bytes; begin another lab with --lab DIR", kLargestUntrustedFile));
    }
    text.resize(size);
    return text;
  }

  void cut_to(std::size_t size) const {
    if (ftruncate(descriptor_, static_cast<off_t>(size)) != 0 || fsync(descriptor_) != 0) {
      fail_call(path_, "ftruncate");
    }
  }

  /// All or nothing: what a full disk let through is taken back.
  void add(const std::string& text, std::size_t size_before) const {
    std::size_t written = 0;
    while (written < text.size()) {
      const ssize_t put = write(descriptor_, text.data() + written, text.size() - written);
      if (put < 0 && errno == EINTR) {
        continue;
      }
      if (put <= 0) {
        const std::string why = std::strerror(errno);
        cut_to(size_before);
        fail(path_, "write: " + why);
      }
      written += static_cast<std::size_t>(put);
    }
    if (fsync(descriptor_) != 0) {
      fail_call(path_, "fsync");
    }
  }

 private:
  const std::filesystem::path& path_;
  int descriptor_;
};

LedgerEntry entry_after(const std::vector<LedgerEntry>& so_far, const std::string& utc, LedgerBody body) {
  return {.number = so_far.size(),
          .time = utc,
          .prev = so_far.empty() ? "" : so_far.back().hash,
          .hash = "",
          .body = std::move(body)};
}

/// Writes the torn bytes beside the ledger and says what the line about it holds.
LabNote set_aside(const std::filesystem::path& ledger, const std::string& torn) {
  constexpr int kMostTorn = 1000;
  for (int number = 1; number <= kMostTorn; ++number) {
    const std::string name = fmt::format("ledger.torn-{}.txt", number);
    const auto target = ledger.parent_path() / name;
    if (std::error_code ignored; std::filesystem::exists(std::filesystem::symlink_status(target, ignored))) {
      continue;
    }
    write_file_atomically(target, torn);
    return {.text = fmt::format("a line of {} bytes was torn off, as by a crash; it was set aside", torn.size()),
            .file = name,
            .sha256 = sha256_hex(torn)};
  }
  fail(ledger, "a thousand torn lines lie beside it; begin another lab with --lab DIR");
}

/// Adds the line of `entry`, and gives it the hash that it got.
void write_line(const HeldFile& file, LedgerEntry& entry, const std::string& before, std::size_t size) {
  const std::string line = ledger_line(entry);
  if (line.size() > kMostLineBytes) {
    throw CommandError(ExitCode::usage,
                       fmt::format("a line of the ledger has at most {} bytes; write less", kMostLineBytes));
  }
  entry = ledger_entry_from(line, "the new line");
  file.add(before + line + "\n", size);
}

}  // namespace

bool Ledger::exists() const {
  std::error_code ignored;
  return std::filesystem::exists(path_, ignored);
}

LedgerReading Ledger::read() const {
  const std::string text = read_untrusted_file(path_);
  if (text.size() > kLargestUntrustedFile) {
    throw std::runtime_error(fmt::format("{}: is longer than {} bytes", path_.string(), kLargestUntrustedFile));
  }
  return ledger_from_text(text);
}

std::string Ledger::refusal_of(const LedgerReading& broken) const {
  return fmt::format(
      "{}: {}; nothing is added to a broken chain: take the file from a copy, or begin another lab with "
      "--lab DIR",
      path_.string(), broken.problem);
}

LedgerEntry Ledger::append(const std::string& utc, const Decide& decide) const {
  // Only a beginning makes the file: a lab whose folder went away is not begun anew by the line of its last run.
  if (!exists() && !std::holds_alternative<LabBegin>(decide({}))) {
    fail(path_, std::string("open: ") + std::strerror(ENOENT));
  }
  const HeldFile file(path_);
  std::string text = file.text();
  LedgerReading reading = ledger_from_text(text);
  if (!reading.intact()) {
    throw CommandError(ExitCode::file, refusal_of(reading));
  }
  std::string before = reading.lacks_line_end ? "\n" : "";
  std::size_t size = text.size();
  if (!reading.torn.empty()) {
    if (reading.entries.empty()) {  // not even its first line was ever whole
      (void)set_aside(path_, reading.torn);
      file.cut_to(0);
    } else {
      LedgerEntry note = entry_after(reading.entries, utc, set_aside(path_, reading.torn));
      file.cut_to(reading.good_bytes);
      write_line(file, note, "", reading.good_bytes);
      reading.entries.push_back(std::move(note));
    }
    size = file.text().size();
    before.clear();
  }
  LedgerEntry entry = entry_after(reading.entries, utc, decide(reading.entries));
  write_line(file, entry, before, size);
  if (reading.entries.empty()) {  // the file's name must survive a crash too
    sync_folder(path_.parent_path());
  }
  return entry;
}

}  // namespace assay
