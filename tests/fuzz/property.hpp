#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace assay {

/// Aborts, naming the broken property, so that a fuzzer keeps the input. It stays on in every build.
inline void require(bool holds, std::string_view property) {
  if (!holds) {
    std::fprintf(stderr, "broken property: %.*s\n", static_cast<int>(property.size()), property.data());
    std::abort();
  }
}

/// A message that can stand in a terminal: one line of printable ASCII, not endless.
inline void require_one_line(std::string_view message, std::size_t longest) {
  require(!message.empty() && message.size() <= longest, "a refusal is short and not empty");
  for (const char c : message) {
    require(c >= ' ' && c <= '~', "a refusal is one line of printable ASCII");
  }
}

/// The value, or nothing after a Refusal in one line. Any other exception ends the program.
template <class Refusal, class Parse>
auto value_of(const Parse& parse, std::string_view text) -> std::optional<decltype(parse(text))> {
  constexpr std::size_t kLongestMessage = 400;
  try {
    return parse(text);
  } catch (const Refusal& refusal) {
    require_one_line(refusal.what(), kLongestMessage);
    return std::nullopt;
  }
}

}  // namespace assay
