#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "analysis/bundle_record.hpp"
#include "lab/flow/run_turn.hpp"

namespace assay {

/// What the names of hidden bundles begin with.
inline constexpr const char* kHiddenBundle = ".assay-bundle-";

/// A bundle while it is made: a hidden folder beside its final place, which appears there whole or not at all. Many
/// machines may write into one shared folder. A folder without any result goes away with the object. One that could not
/// be published, or whose process was killed, stays: with a bundle.json of what was measured (note_progress), and
/// nobody holding its lock.
class BundleWriter {
 public:
  /// Makes `out` and the hidden folder in it. Throws CommandError (file).
  explicit BundleWriter(const std::filesystem::path& out);
  /// Goes on with the hidden folder that a process which is gone left in `out`; results that were written and not yet
  /// entered lie in "runs" then. Nothing if that process still lives, or where the file system has no locks, so that
  /// nobody knows.
  [[nodiscard]] static std::unique_ptr<BundleWriter> adopt(const std::filesystem::path& out,
                                                           const std::filesystem::path& hidden);
  BundleWriter(const BundleWriter&) = delete;
  BundleWriter& operator=(const BundleWriter&) = delete;
  ~BundleWriter();

  /// Where measurements may write; what is left in there is not part of the bundle.
  [[nodiscard]] std::filesystem::path work_folder() const { return hidden_ / kWorkFolder; }
  [[nodiscard]] const std::filesystem::path& folder() const { return hidden_; }
  /// Where the bundle will lie beside other results.
  [[nodiscard]] const std::filesystem::path& results_folder() const { return out_; }

  /// Moves a result file to its place `file` in the bundle, a relative path, and returns the SHA-256 of its bytes.
  [[nodiscard]] std::string take(const std::filesystem::path& from, const std::string& file) const;
  void write(const std::string& file, const std::string& text) const;
  /// What is in the folder so far, for whoever finds it after this process was killed. Throws CommandError (file).
  void note_progress(BundleRecord record) const;

  /// Writes bundle.json, makes every file read-only, and shows the bundle under `wanted`, or where that is empty under
  /// bundle_folder_name(). Returns where it is. Throws CommandError (file); then nothing appears.
  [[nodiscard]] std::filesystem::path publish(const BundleRecord& record, const std::string& wanted = "");

 private:
  static constexpr const char* kWorkFolder = "work";
  BundleWriter(std::filesystem::path out, std::filesystem::path hidden, RunTurn turn)
      : out_(std::move(out)), hidden_(std::move(hidden)), turn_(std::move(turn)), adopted_(true) {}

  void enter_loose_results() const;

  std::filesystem::path out_;
  std::filesystem::path hidden_;
  std::optional<RunTurn> turn_;  ///< says that the maker of the folder lives; absent: the file system has no locks
  bool adopted_ = false;
  bool published_ = false;
};

}  // namespace assay
