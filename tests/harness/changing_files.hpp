#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/file_source.hpp"

namespace assay {

/// Given files that change during a test, and some of which may not be read.
class ChangingFiles final : public FileSource {
 public:
  explicit ChangingFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}

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
