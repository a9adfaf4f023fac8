#pragma once

#include <optional>
#include <string>

#include "analysis/run_mark.hpp"
#include "lab/console.hpp"

namespace assay {

/// What a command that makes several runs found out from them.
struct KeptResult {
  std::string workload;
  RunMark mark;
  std::string kind;  ///< "peak", "hedging.try": what its file ends in, before ".json"
  std::string json;
  std::string text;
};

/// "2026-11-24T031209Z_mlp_emulated-phone.peak.json"; without "_emulated-phone" where nothing was emulated.
[[nodiscard]] std::string kept_file_name(const KeptResult& result, const std::string& created);

/// Writes the JSON into `folder`, beside the runs, and prints the text and the file's name, or the JSON where it was
/// asked for (`--json[=FILE]`). Throws CommandError (file).
void keep_and_show(const KeptResult& result, const std::string& folder, const std::optional<std::string>& json_target,
                   Console& console);

}  // namespace assay
