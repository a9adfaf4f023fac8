#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace assay {

/// The manual page in roff (man(7)): each command with its flags, read from the command line's own tree, so that it can
/// say nothing that the program does not take.
[[nodiscard]] std::string manual_page(const CLI::App& app, const std::string& version);

}  // namespace assay
