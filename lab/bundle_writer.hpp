#pragma once

#include <filesystem>
#include <string>

#include "analysis/bundle_record.hpp"

namespace assay {

/// A bundle while it is made: a hidden folder beside its final place, which appears there whole or not at all. Needs no
/// lock, so that many machines may write into one shared folder. What was not published goes away with the object.
class BundleWriter {
 public:
  /// Makes `out` and the hidden folder in it. Throws CommandError (file).
  explicit BundleWriter(const std::filesystem::path& out);
  BundleWriter(const BundleWriter&) = delete;
  BundleWriter& operator=(const BundleWriter&) = delete;
  ~BundleWriter();

  /// Where measurements may write; what is left in there is not part of the bundle.
  [[nodiscard]] std::filesystem::path work_folder() const { return hidden_ / "work"; }
  [[nodiscard]] const std::filesystem::path& folder() const { return hidden_; }
  /// Where the bundle will lie beside other results.
  [[nodiscard]] const std::filesystem::path& results_folder() const { return out_; }

  /// Moves a result file to its place `file` in the bundle, a relative path, and returns the SHA-256 of its bytes.
  [[nodiscard]] std::string take(const std::filesystem::path& from, const std::string& file) const;
  void write(const std::string& file, const std::string& text) const;

  /// Writes bundle.json, makes every file read-only, and shows the bundle under `wanted`, or where that is empty under
  /// bundle_folder_name(). Returns where it is. Throws CommandError (file); then nothing appears.
  [[nodiscard]] std::filesystem::path publish(const BundleRecord& record, const std::string& wanted = "");

 private:
  std::filesystem::path out_;
  std::filesystem::path hidden_;
  bool published_ = false;
};

}  // namespace assay
