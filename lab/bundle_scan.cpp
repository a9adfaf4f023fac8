#include "lab/bundle_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "analysis/bundle_file.hpp"
#include "analysis/bundle_summary.hpp"
#include "analysis/untrusted_json.hpp"
#include "lab/command_error.hpp"

namespace assay {

namespace fs = std::filesystem;

namespace {

/// A file that was found.
struct Candidate {
  fs::path file;
  std::string place;  ///< of its folder
  FileStamp stamp;
  bool was_known = false;
  std::optional<BundleSummary> summary;
  std::string reason;  ///< where there is no summary
};

class Scan {
 public:
  Scan(const fs::path& root, ResultIndex& index) : root_(root), index_(index) {}

  BundleScan run() {
    std::error_code error;
    canonical_ = fs::canonical(root_, error);
    if (error || !fs::is_directory(canonical_)) {
      throw CommandError(ExitCode::file, fmt::format("{}: {}", root_.string(), error ? error.message() : "no folder"));
    }
    look_for_files();
    recall();
    read_the_rest();
    remember();
    return sorted();
  }

 private:
  [[nodiscard]] std::string place_of(const fs::path& folder) const {
    return folder == canonical_ ? "." : folder.lexically_relative(canonical_).generic_string();
  }
  void refuse(const fs::path& path, const std::string& reason) {
    result_.refused.push_back({.place = place_of(path), .reason = reason});
  }

  void look_for_files() {
    std::vector<fs::path> folders{canonical_};
    while (!folders.empty()) {
      const fs::path folder = std::move(folders.back());
      folders.pop_back();
      const fs::path file = folder / kBundleFile;
      std::error_code error;
      const fs::file_type type = fs::symlink_status(file, error).type();
      if (type != fs::file_type::not_found && type != fs::file_type::none) {
        add(folder, file);
        continue;
      }
      look_into(folder, folders);
    }
  }

  void add(const fs::path& folder, const fs::path& file) {
    if (const auto stamp = stamp_of(file)) {
      found_.push_back({.file = file, .place = place_of(folder), .stamp = *stamp});
    } else {
      refuse(folder, fmt::format("{} is no regular file", kBundleFile));
    }
  }

  void look_into(const fs::path& folder, std::vector<fs::path>& folders) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      // A hidden folder is of somebody who writes there.
      std::error_code ignored;
      const bool is_folder = fs::is_directory(entry->symlink_status(ignored));
      if (is_folder && !entry->path().filename().string().starts_with('.')) {
        folders.push_back(entry->path());
      }
    }
    if (error && folder == canonical_) {
      throw CommandError(ExitCode::file, fmt::format("{}: {}", root_.string(), error.message()));
    }
    if (error) {
      refuse(folder, error.message());
    }
  }

  void recall() {
    for (Candidate& candidate : found_) {
      const auto known = index_.find(candidate.file.string(), candidate.stamp);
      if (!known) {
        continue;
      }
      if (known->refused) {
        candidate.reason = known->text;
        candidate.was_known = true;
        continue;
      }
      try {
        candidate.summary = summary_from_json(known->text);
        candidate.was_known = true;
      } catch (const std::exception&) {
        continue;  // a damaged row: the file is the truth
      }
    }
  }

  static void read(Candidate& candidate) {
    try {
      const std::string text = read_untrusted_file(candidate.file);
      candidate.summary = summary_of(bundle_from_json(text, kBundleFile));
    } catch (const std::exception& error) {
      candidate.reason = error.what();
    }
  }

  /// On all CPUs: most of the time goes into reading JSON and its hash.
  void read_the_rest() {
    constexpr std::size_t kFewestForThreads = 32;
    const auto unknown =
        static_cast<std::size_t>(std::ranges::count(found_, false, [](const Candidate& one) { return one.was_known; }));
    result_.read = unknown;
    std::atomic<std::size_t> next{0};
    const auto work = [this, &next] {
      for (std::size_t i = next++; i < found_.size(); i = next++) {
        if (!found_[i].was_known) {
          read(found_[i]);
        }
      }
    };
    std::vector<std::jthread> others;
    for (unsigned i = 1; unknown >= kFewestForThreads && i < std::thread::hardware_concurrency(); ++i) {
      others.emplace_back(work);
    }
    work();
  }

  void remember() {
    if (!index_.usable()) {
      return;
    }
    std::vector<std::string> seen;
    for (const Candidate& candidate : found_) {
      seen.push_back(candidate.file.string());
      if (!candidate.was_known) {
        index_.keep(candidate.file.string(), candidate.stamp,
                    {.refused = !candidate.summary,
                     .text = candidate.summary ? summary_json(*candidate.summary) : candidate.reason});
      }
    }
    std::ranges::sort(seen);
    index_.save(canonical_.string(), seen);
  }

  BundleScan sorted() {
    for (Candidate& candidate : found_) {
      if (candidate.summary) {
        result_.bundles.push_back({.place = std::move(candidate.place), .summary = std::move(*candidate.summary)});
      } else {
        result_.refused.push_back({.place = std::move(candidate.place), .reason = std::move(candidate.reason)});
      }
    }
    std::ranges::sort(result_.bundles, {}, &FoundBundle::place);
    std::ranges::sort(result_.refused, {}, &RefusedBundle::place);
    return std::move(result_);
  }

  const fs::path& root_;
  ResultIndex& index_;
  fs::path canonical_;
  std::vector<Candidate> found_;
  BundleScan result_;
};

}  // namespace

BundleScan scan_bundles(const fs::path& root, ResultIndex& index) { return Scan(root, index).run(); }

}  // namespace assay
