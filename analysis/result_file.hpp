#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay {

enum class FileState {
  ok,       ///< fits its schema, and its hash, where it has one, is that of its content
  changed,  ///< fits, but was changed after it was written
  invalid,  ///< is no such file
};
[[nodiscard]] std::string name_of(FileState state);  ///< "OK", "CHANGED", "INVALID"

/// What a result file is worth as a file.
struct FileCheck {
  std::string schema;  ///< "assay/run/1"; empty where it names none
  FileState state = FileState::invalid;
  bool hashed = false;                ///< carries a hash of its content
  std::vector<std::string> findings;  ///< why it is invalid: "result.valid: expected true or false, found 1"
  std::vector<std::string> notes;     ///< members that this program does not know, no hash
};

/// Checks untrusted text: JSON, a schema that this program has, every rule of that schema, what the reader of that kind
/// asks beyond it, numbers that contradict each other, and the hash. Throws nothing for a bad text.
[[nodiscard]] FileCheck check_result_text(std::string_view text, std::string_view source_name);

/// The member "schema" of a JSON text, empty where there is none or the text is no JSON.
[[nodiscard]] std::string schema_of(std::string_view text);

}  // namespace assay
