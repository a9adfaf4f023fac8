#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/console.hpp"

namespace assay {

/// Writes a file that a person named: whole or not at all where it is a regular file. Throws CommandError (file).
void write_text(const std::string& target, const std::string& text);

/// Throws CommandError (file) if no file of that name can be written, before anything is measured for it; `flag` names
/// it in the message.
void require_writable(const std::string& flag, const std::string& target);

/// Throws CommandError if `--json[=FILE]` cannot be written, before anything is measured for it: usage for an empty
/// name, file for a folder that is not there or not writable.
void require_json_target(const std::optional<std::string>& target);

/// Where `--json[=FILE]` goes. Throws CommandError (file) naming the file if it cannot be written; a file is there
/// whole or not at all.
void write_json(const std::optional<std::string>& target, const std::string& json, Console& console);

/// {"schema":SCHEMA,"runs":[...]} around texts that are JSON objects.
[[nodiscard]] std::string runs_json(const std::string& schema, const std::vector<std::string>& runs);

}  // namespace assay
