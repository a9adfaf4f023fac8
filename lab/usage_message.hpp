#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
class ParseError;
}  // namespace CLI

namespace assay {

/// What was wrong with the arguments, in one line, with the command or flag that was probably meant and where the help
/// is.
[[nodiscard]] std::string usage_message(CLI::App& app, const CLI::ParseError& error);

}  // namespace assay
