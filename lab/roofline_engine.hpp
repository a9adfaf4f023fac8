#pragma once

#include <string>
#include <vector>

#include "lab/roofline_options.hpp"

namespace assay {

/// The arguments of the process that measures a roofline, without the descriptor of its events: `assay roofline ...`.
[[nodiscard]] std::vector<std::string> roofline_engine_arguments(const RooflineOptions& options,
                                                                 const std::string& folder);

/// The measuring process of `assay roofline`: measures, writes the result file, and says on the event descriptor what
/// happens. The first SIGINT or SIGTERM ends it early; what was measured is kept and flagged. Returns the exit code;
/// errors are events and come back as their code.
[[nodiscard]] int run_roofline_engine(const RooflineOptions& options, const std::string& folder, int events_descriptor);

}  // namespace assay
