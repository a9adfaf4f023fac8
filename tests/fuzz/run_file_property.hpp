#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "analysis/run_file.hpp"
#include "tests/fuzz/property.hpp"

namespace assay {

/// Aborts unless `text` is refused in one line, or is read and what was read can be written, hashed, compared and
/// named. True if it was read.
inline bool check_run_file(std::string_view text) {
  const auto read = [](std::string_view json) { return run_document_from_json(json, "input"); };
  const auto document = value_of<std::runtime_error>(read, text);
  if (!document) {
    return false;
  }
  const std::string written = to_json(*document);
  const RunDocument again = run_document_from_json(written, "written");
  require(again.hash_matches, "what was just written carries its own hash");
  require(to_json(again) == written, "what is written, read and written again is the same text");
  require(comparability_key(again) == comparability_key(*document), "a run keeps its comparability key on disk");
  const std::string name = run_file_name(*document);
  require(name.find('/') == std::string::npos && name.find('\0') == std::string::npos && name.size() < 255,
          "a run has a name that a folder can hold");
  return true;
}

}  // namespace assay
