#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

/// A short name for each run that no other run has: "Server"; with the workload, the machine and the injected load
/// where these differ among the runs, "Server, mlp, lab3-07", "Server, noise 80 bursts/s"; with its rate or its
/// parameters where runs would still share a name, "Server at 800 queries/s"; and numbered where nothing tells them
/// apart, "Server #2".
[[nodiscard]] std::vector<std::string> run_labels(std::span<const RunDocument> runs);

}  // namespace assay
