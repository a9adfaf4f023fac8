#include "lab/bundle_writer.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "analysis/bundle_file.hpp"
#include "analysis/untrusted_json.hpp"
#include "harness/atomic_file.hpp"
#include "harness/digest.hpp"
#include "lab/command_error.hpp"

namespace assay {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& what, const std::string& why) {
  throw CommandError(ExitCode::file, fmt::format("{}: {}", what, why));
}

/// Everybody in the folder's group and beyond may read it, as with any folder; nobody may change a result.
constexpr mode_t kFolderMode = 0755;
constexpr mode_t kFileMode = 0444;

}  // namespace

BundleWriter::BundleWriter(const fs::path& out) : out_(out) {
  std::error_code error;
  fs::create_directories(out_, error);
  std::string pattern = (out_ / fmt::format("{}XXXXXX", kHiddenBundle)).string();
  if (error || mkdtemp(pattern.data()) == nullptr) {
    fail("--out " + out.string(), fmt::format("{}; name a folder that can be written, e.g. --out ~/results",
                                              error ? error.message() : std::strerror(errno)));
  }
  hidden_ = pattern;
  fs::create_directories(work_folder(), error);
  try {
    turn_ = RunTurn::try_take(work_folder());
  } catch (const CommandError&) {  // NOLINT(bugprone-empty-catch): without locks it can be made, and not gone on with
  }
}

std::unique_ptr<BundleWriter> BundleWriter::adopt(const fs::path& out, const fs::path& hidden) {
  try {
    if (auto turn = RunTurn::try_take(hidden / kWorkFolder)) {
      std::unique_ptr<BundleWriter> writer(new BundleWriter(out, hidden, std::move(*turn)));
      writer->enter_loose_results();
      return writer;
    }
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): then it is nobody's to go on with
  }
  return nullptr;
}

BundleWriter::~BundleWriter() {
  std::error_code ignored;
  if (!published_ && !adopted_ && !fs::exists(hidden_ / kBundleFile, ignored)) {
    std::error_code error;
    fs::remove_all(hidden_, error);
  }
}

std::string BundleWriter::take(const fs::path& from, const std::string& file) const {
  try {
    fs::create_directories((hidden_ / file).parent_path());
    fs::rename(from, hidden_ / file);
    const std::string text = read_untrusted_file(hidden_ / file);
    if (text.size() > kLargestUntrustedFile) {
      throw std::runtime_error("is too large for a result");
    }
    return sha256_hex(text);
  } catch (const std::exception& error) {
    fail(file, error.what());
  }
}

void BundleWriter::write(const std::string& file, const std::string& text) const {
  const fs::path path = hidden_ / file;
  try {
    fs::create_directories(path.parent_path());
    write_file_atomically(path, text);
  } catch (const std::exception& error) {
    fail(file, error.what());
  }
}

void BundleWriter::enter_loose_results() const {
  std::vector<fs::path> loose;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(work_folder())) {
    if (entry.is_regular_file() && entry.path().extension() == ".json") {
      loose.push_back(entry.path());
    }
  }
  fs::create_directories(hidden_ / "runs");
  for (const fs::path& file : loose) {
    fs::rename(file, hidden_ / "runs" / file.filename());
  }
}

void BundleWriter::note_progress(BundleRecord record) const {
  record.complete = false;
  record.interrupted = true;
  write(std::string(kBundleFile), bundle_json(record));
}

fs::path BundleWriter::publish(const BundleRecord& record, const std::string& wanted) {
  write(std::string(kBundleFile), bundle_json(record));
  std::error_code error;
  fs::remove_all(work_folder(), error);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(hidden_)) {
    if (chmod(entry.path().c_str(), entry.is_directory() ? kFolderMode : kFileMode) != 0) {
      fail(entry.path().string(), std::strerror(errno));
    }
    if (entry.is_directory()) {
      sync_folder(entry.path());
    }
  }
  chmod(hidden_.c_str(), kFolderMode);
  sync_folder(hidden_);
  // A folder of that name that is not empty refuses the rename: two bundles of a minute may share four digits.
  const std::string name = wanted.empty() ? bundle_folder_name(record) : wanted;
  for (int number = 1; number < 100; ++number) {
    const fs::path place = out_ / (number == 1 ? name : fmt::format("{}-{}", name, number));
    if (::rename(hidden_.c_str(), place.c_str()) == 0) {
      published_ = true;
      sync_folder(out_);
      return place;
    }
    if (errno != ENOTEMPTY && errno != EEXIST) {
      fail(place.string(), std::strerror(errno));
    }
  }
  fail((out_ / name).string(), "a hundred bundles of that name are there");
}

}  // namespace assay
