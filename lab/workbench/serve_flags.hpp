#pragma once

#include <memory>

#include "lab/workbench/serve_command.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

/// The flags of `assay lab`.
[[nodiscard]] std::shared_ptr<ServeCommandOptions> add_serve_flags(CLI::App* lab);

}  // namespace assay
