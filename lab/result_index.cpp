#include "lab/result_index.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "harness/environment.hpp"

namespace assay {

namespace fs = std::filesystem;

namespace {

constexpr int kApplication = 0x41737379;  ///< "Assy", in the header of our databases
/// Of what the rows hold. One more wherever BundleSummary or its JSON changes.
constexpr int kVersion = 1;
constexpr int kBusyWaitMilliseconds = 2000;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kUnsettledSeconds = 2;

/// What SQLite has against a call.
struct IndexError : std::runtime_error {
  IndexError(const std::string& what, bool is_damage) : std::runtime_error(what), damage(is_damage) {}
  bool damage;  ///< of the file, so that another one helps; else somebody holds it, or nobody may write here
};

[[noreturn]] void fail(sqlite3* database) {
  const int code = sqlite3_errcode(database) & 0xFF;
  throw IndexError(sqlite3_errmsg(database),
                   code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR || code == SQLITE_FORMAT);
}

/// One prepared statement; bound values must outlive step().
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) : database_(database) {
    if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) {
      fail(database);
    }
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  /// A path is bytes, not text.
  void bind_bytes(int place, std::string_view bytes) {
    sqlite3_bind_blob64(statement_, place, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
  void bind(int place, std::int64_t number) { sqlite3_bind_int64(statement_, place, number); }

  /// True if there is a row. Throws IndexError.
  bool step() {
    const int result = sqlite3_step(statement_);
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
      fail(database_);
    }
    return result == SQLITE_ROW;
  }
  void reset() { sqlite3_reset(statement_); }
  [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string bytes(int column) const {
    const auto* const data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr ? std::string() : std::string(data, static_cast<std::size_t>(size));
  }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

/// SQLite's integers are signed; a stamp comes back as it went in.
std::int64_t signed_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace

class ResultIndex::Database {
 public:
  /// Throws IndexError.
  explicit Database(const fs::path& file) {
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int result = sqlite3_open_v2(file.c_str(), &handle_, kFlags, nullptr);
    if (result != SQLITE_OK) {
      const std::string why = handle_ == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(handle_);
      sqlite3_close(handle_);
      throw IndexError(why, false);
    }
    try {
      prepare();
    } catch (...) {
      find_.reset();
      sqlite3_close(handle_);
      throw;
    }
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    find_.reset();
    sqlite3_close(handle_);
  }

  void run(const char* sql) {
    if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      fail(handle_);
    }
  }
  [[nodiscard]] sqlite3* handle() { return handle_; }
  [[nodiscard]] Statement& find_statement() { return *find_; }

 private:
  std::int64_t number_of(const char* sql) {
    Statement statement(handle_, sql);
    return statement.step() ? statement.number(0) : 0;
  }

  void prepare() {
    sqlite3_busy_timeout(handle_, kBusyWaitMilliseconds);
    run("PRAGMA synchronous=OFF");  // what a power failure damages is made anew
    const std::int64_t tables = number_of("SELECT count(*) FROM sqlite_master");
    if (tables == 0) {
      make_tables();
    } else if (number_of("PRAGMA application_id") != kApplication) {
      throw IndexError("it belongs to another program", true);
    } else if (number_of("PRAGMA user_version") != kVersion) {
      throw IndexError("it is of another version", true);
    }
    find_ = std::make_unique<Statement>(
        handle_, "SELECT device,inode,size,modified_ns,changed_ns,refused,text FROM files WHERE path=?1");
  }

  void make_tables() {
    run("BEGIN IMMEDIATE");
    run("CREATE TABLE IF NOT EXISTS files(path BLOB PRIMARY KEY, device INTEGER, inode INTEGER, size INTEGER, "
        "modified_ns INTEGER, changed_ns INTEGER, refused INTEGER, text BLOB)");
    run(fmt::format("PRAGMA application_id={}", kApplication).c_str());
    run(fmt::format("PRAGMA user_version={}", kVersion).c_str());
    run("COMMIT");
  }

  sqlite3* handle_ = nullptr;
  std::unique_ptr<Statement> find_;
};

namespace {

/// The database and what SQLite leaves beside one.
void remove_database(const fs::path& file) {
  std::error_code ignored;
  fs::remove(file, ignored);
  fs::remove(file.string() + "-journal", ignored);
  fs::remove(file.string() + "-wal", ignored);
  fs::remove(file.string() + "-shm", ignored);
}

bool is_settled(const FileStamp& stamp) {
  const std::int64_t newest_s = std::max(stamp.modified_ns, stamp.changed_ns) / kNanosecondsPerSecond;
  return newest_s + kUnsettledSeconds < static_cast<std::int64_t>(std::time(nullptr));
}

}  // namespace

std::optional<FileStamp> stamp_of(const fs::path& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  const auto nanoseconds = [](const timespec& time) {
    return std::int64_t{time.tv_sec} * kNanosecondsPerSecond + std::int64_t{time.tv_nsec};
  };
  return FileStamp{.device = status.st_dev,
                   .inode = status.st_ino,
                   .size = static_cast<std::uint64_t>(status.st_size),
                   .modified_ns = nanoseconds(status.st_mtim),
                   .changed_ns = nanoseconds(status.st_ctim)};
}

fs::path cache_folder() {
  if (const std::string folder = environment_value("XDG_CACHE_HOME"); !folder.empty()) {
    return fs::path(folder) / "assay";
  }
  if (const std::string home = environment_value("HOME"); !home.empty()) {
    return fs::path(home) / ".cache" / "assay";
  }
  return {};
}

ResultIndex::ResultIndex(const fs::path& folder, Note note) : file_(folder / "index.db"), note_(std::move(note)) {
  if (folder.empty()) {
    return;
  }
  std::error_code error;
  fs::create_directories(folder, error);
  try {
    database_ = std::make_unique<Database>(file_);
    return;
  } catch (const IndexError& failure) {
    if (error || !failure.damage) {
      give_up(error ? error.message() : failure.what());
      return;
    }
    note_(fmt::format("the index {} is made anew: {}", file_.string(), failure.what()));
  }
  remove_database(file_);
  try {
    database_ = std::make_unique<Database>(file_);
  } catch (const IndexError& failure) {
    give_up(failure.what());
  }
}

ResultIndex::~ResultIndex() = default;

void ResultIndex::give_up(const std::string& why) {
  database_.reset();
  pending_.clear();
  note_(fmt::format("going on without the index {}: {}", file_.string(), why));
}

std::optional<IndexedFile> ResultIndex::find(const std::string& path, const FileStamp& stamp) {
  if (!usable()) {
    return std::nullopt;
  }
  try {
    Statement& statement = database_->find_statement();
    statement.bind_bytes(1, path);
    std::optional<IndexedFile> file;
    if (statement.step()) {
      const FileStamp known{.device = static_cast<std::uint64_t>(statement.number(0)),
                            .inode = static_cast<std::uint64_t>(statement.number(1)),
                            .size = static_cast<std::uint64_t>(statement.number(2)),
                            .modified_ns = statement.number(3),
                            .changed_ns = statement.number(4)};
      if (known == stamp) {
        file = IndexedFile{.refused = statement.number(5) != 0, .text = statement.bytes(6)};
      }
    }
    statement.reset();  // or it would hold its lock while others wait to write
    return file;
  } catch (const IndexError& failure) {
    const bool damage = failure.damage;
    give_up(failure.what());
    if (damage) {
      remove_database(file_);  // the next one starts anew
    }
    return std::nullopt;
  }
}

void ResultIndex::keep(std::string path, const FileStamp& stamp, IndexedFile file) {
  if (usable() && is_settled(stamp)) {
    pending_.push_back({.path = std::move(path), .stamp = stamp, .file = std::move(file)});
  }
}

void ResultIndex::save(const std::string& root, const std::vector<std::string>& seen) {
  if (!usable()) {
    return;
  }
  try {
    database_->run("BEGIN IMMEDIATE");
    Statement write(database_->handle(), "INSERT OR REPLACE INTO files VALUES(?1,?2,?3,?4,?5,?6,?7,?8)");
    for (const Pending& one : pending_) {
      write.reset();
      write.bind_bytes(1, one.path);
      write.bind(2, signed_of(one.stamp.device));
      write.bind(3, signed_of(one.stamp.inode));
      write.bind(4, signed_of(one.stamp.size));
      write.bind(5, one.stamp.modified_ns);
      write.bind(6, one.stamp.changed_ns);
      write.bind(7, one.file.refused ? 1 : 0);
      write.bind_bytes(8, one.file.text);
      write.step();
    }
    // '0' follows '/': the paths below the folder, and no others.
    const std::string from = root + "/";
    const std::string to = root + "0";
    Statement below(database_->handle(), "SELECT path FROM files WHERE path>=?1 AND path<?2");
    below.bind_bytes(1, from);
    below.bind_bytes(2, to);
    std::vector<std::string> gone;
    while (below.step()) {
      std::string path = below.bytes(0);
      if (!std::ranges::binary_search(seen, path)) {
        gone.push_back(std::move(path));
      }
    }
    Statement forget(database_->handle(), "DELETE FROM files WHERE path=?1");
    for (const std::string& path : gone) {
      forget.reset();
      forget.bind_bytes(1, path);
      forget.step();
    }
    database_->run("COMMIT");
    pending_.clear();
  } catch (const IndexError& failure) {
    give_up(failure.what());  // closing rolls back
  }
}

}  // namespace assay
