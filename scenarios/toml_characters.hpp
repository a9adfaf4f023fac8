#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace assay {

inline constexpr std::string_view kStrayCharacter =
    "no TOML of ours: a character beyond ASCII stands outside of comments";

/// The first line with a character beyond ASCII that is not in a comment. toml++ 3.3 looks for blanks in most places,
/// and has undefined behaviour where it then meets most of those characters: they are to be refused before it sees
/// them. In strings, too: where a string begins is only known to a parser. Nothing: there is none.
[[nodiscard]] std::optional<std::size_t> line_of_stray_character(std::string_view toml);

}  // namespace assay
