#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/file_source.hpp"

namespace assay {

/// Files that exist only in a test: path -> text. A folder is what the paths say. A test may change them, or forbid to
/// read one that is there.
class GivenFiles final : public FileSource {
 public:
  GivenFiles(std::initializer_list<std::pair<const std::string, std::string>> files) : files_(files) {}

  void set(const std::string& path, const std::string& text) { files_[path] = text; }
  void forbid(const std::string& path) { forbidden_.insert(path); }

  [[nodiscard]] std::optional<std::string> read(const std::string& path) const override {
    const auto file = files_.find(path);
    return file == files_.end() || forbidden_.contains(path) ? std::nullopt : std::optional{file->second};
  }

  [[nodiscard]] std::vector<std::string> list(const std::string& folder) const override {
    std::set<std::string> names;
    const std::string prefix = folder + "/";
    for (const auto& file : files_) {
      if (file.first.starts_with(prefix)) {
        names.insert(file.first.substr(prefix.size(), file.first.find('/', prefix.size()) - prefix.size()));
      }
    }
    return {names.begin(), names.end()};
  }

 private:
  std::map<std::string, std::string> files_;
  std::set<std::string> forbidden_;
};

}  // namespace assay
