#pragma once

#include "lab/tour_command.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

/// What `assay tour` is asked by.
void add_tour_flags(CLI::App& sub, TourCommandOptions& options);

}  // namespace assay
