#pragma once

#include <span>
#include <string>

#include "analysis/html.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// For each machine among the runs: what it is, what it does not show ("not visible here"), and what could bend the
/// numbers, each finding once with the runs that met it where that is not all of them.
[[nodiscard]] Html machine_sections(std::span<const RunDocument> runs, std::span<const std::string> labels);

}  // namespace assay
