#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace assay {

/// The first line with a character beyond ASCII where TOML allows none: outside of strings and comments, or behind a
/// backslash. toml++ 3.3 looks there for blanks and has undefined behaviour for most such characters, so that they are
/// to be refused before it sees them. Nothing: there is none.
inline constexpr std::string_view kStrayCharacter = "no TOML: a character beyond ASCII outside of strings and comments";
[[nodiscard]] std::optional<std::size_t> line_of_stray_character(std::string_view toml);

}  // namespace assay
