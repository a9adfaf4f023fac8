#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lab/run_options.hpp"
#include "scenarios/run_request.hpp"

namespace assay {

/// Turns what was typed into a request. Throws CommandError (usage) with one line for each value that makes no sense,
/// naming its flag; reads the files of `--arrivals trace:FILE` and `--emulate-envelope FILE`,
/// and throws CommandError (file) if they are no trace and no envelope.
[[nodiscard]] RunRequest request_from(const RunOptions& options);

}  // namespace assay
