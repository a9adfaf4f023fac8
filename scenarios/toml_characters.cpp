#include "scenarios/toml_characters.hpp"

#include <algorithm>

namespace assay {

namespace {

/// Where the string that begins at `at` ends; a string of one line at its end, too.
std::size_t behind_string(std::string_view toml, std::size_t at) {
  const char quote = toml[at];
  const char three[] = {quote, quote, quote};
  const std::string_view many{three, 3};
  const bool many_lines = toml.substr(at).starts_with(many);
  at += many_lines ? 3 : 1;
  while (at < toml.size()) {
    if (many_lines && toml.substr(at).starts_with(many)) {
      at += 3;
      for (int own = 0; own < 2 && at < toml.size() && toml[at] == quote; ++own) {
        ++at;  // the last quotes of a string of many lines may be its own
      }
      return at;
    }
    if (!many_lines && (toml[at] == quote || toml[at] == '\n')) {
      return at + 1;
    }
    const bool escapes = toml[at] == '\\' && quote == '"';
    at += escapes ? std::size_t{2} : std::size_t{1};
  }
  return toml.size();
}

}  // namespace

std::optional<std::size_t> line_of_stray_character(std::string_view toml) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::size_t at = toml.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (at < toml.size()) {
    std::size_t end = at + 1;
    if (toml[at] == '#') {
      at = end = std::min(toml.find('\n', at), toml.size());
    } else if (toml[at] == '"' || toml[at] == '\'') {
      end = behind_string(toml, at);
    }
    const std::string_view piece = toml.substr(at, end - at);
    const auto stray = std::ranges::find_if(piece, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    if (stray != piece.end()) {
      const std::string_view before = toml.substr(0, at + static_cast<std::size_t>(stray - piece.begin()));
      return 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
    }
    at = end;
  }
  return std::nullopt;
}

}  // namespace assay
