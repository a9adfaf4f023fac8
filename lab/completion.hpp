#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

/// A completion script for "bash", "zsh" or "fish": the commands, and the flags of each, read from the command line's
/// own tree. Throws std::invalid_argument for another shell.
[[nodiscard]] std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace assay
