#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay {

/// What tells a file from the one that was read before under its name, without reading it.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  ///< of the inode: also where somebody set the time of modification back
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Of a regular file itself, no symbolic link; nothing if it is none or cannot be asked.
[[nodiscard]] std::optional<FileStamp> stamp_of(const std::filesystem::path& path);

/// $XDG_CACHE_HOME/assay, else $HOME/.cache/assay; empty if neither variable is set.
[[nodiscard]] std::filesystem::path cache_folder();

/// What is remembered of a file.
struct IndexedFile {
  bool refused = false;
  std::string text;  ///< a summary as JSON, or the reason why the file was refused
};

/// Remembers what was read of many result files, in index.db (SQLite) of a folder of this machine, so that they are
/// read once. Only a cache: it may be deleted at any time, the files are the truth. A database that is damaged, of
/// another program or of an older version is made anew; where there can be none, every file is read. Never throws for
/// it: `note` gets a line. Several processes may use one at once.
class ResultIndex {
 public:
  using Note = std::function<void(const std::string&)>;

  /// An empty folder: no index.
  ResultIndex(const std::filesystem::path& folder, Note note);
  ResultIndex(const ResultIndex&) = delete;
  ResultIndex& operator=(const ResultIndex&) = delete;
  ~ResultIndex();

  [[nodiscard]] bool usable() const { return database_ != nullptr; }

  /// What is known of the file while its stamp is this one.
  [[nodiscard]] std::optional<IndexedFile> find(const std::string& path, const FileStamp& stamp);

  /// Remembers it with the next save(). A file that changed within the last two seconds is not remembered: it could
  /// change again without a new stamp.
  void keep(std::string path, const FileStamp& stamp, IndexedFile file);

  /// Writes what is to be remembered in one transaction, and forgets the files below `root` that are not in `seen`,
  /// which is sorted.
  void save(const std::string& root, const std::vector<std::string>& seen);

 private:
  class Database;
  struct Pending {
    std::string path;
    FileStamp stamp;
    IndexedFile file;
  };
  void give_up(const std::string& why);

  std::filesystem::path file_;
  Note note_;
  std::unique_ptr<Database> database_;
  std::vector<Pending> pending_;
};

}  // namespace assay
