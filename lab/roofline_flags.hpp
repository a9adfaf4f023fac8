#pragma once

#include <CLI/App.hpp>

#include "lab/roofline_command.hpp"

namespace assay {

/// The flags of `assay roofline`, besides those that all measuring commands have. `events_descriptor` is how the front
/// end starts the measuring process.
void add_roofline_flags(CLI::App& sub, RooflineCommandOptions& roofline, int& events_descriptor);

}  // namespace assay
