#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "analysis/bundle_file.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {

/// Aborts unless `text` is refused in one line, or is read and what was read can be written, read equal, and named.
/// True if it was read.
inline bool check_bundle_file(std::string_view text) {
  const auto read = [](std::string_view json) { return bundle_from_json(json, "input"); };
  const auto bundle = value_of<std::runtime_error>(read, text);
  if (!bundle) {
    return false;
  }
  const std::string written = bundle_json(*bundle);
  const BundleRecord again = bundle_from_json(written, "written");
  require(again.hash_matches, "what was just written carries its own hash");
  require(bundle_json(again) == written, "what is written, read and written again is the same text");
  for (const BundleEntry& entry : again.entries) {
    require(!entry.file.empty() && entry.file.front() != '/' && !entry.file.starts_with("../") &&
                entry.file.find("/../") == std::string::npos && entry.file.find('\0') == std::string::npos,
            "a file lies within the bundle");
  }
  const std::string name = bundle_folder_name(again);
  require(name.find('/') == std::string::npos && name.find('\0') == std::string::npos && name.size() < 255,
          "a bundle has a name that a folder can hold");
  return true;
}

}  // namespace assay
