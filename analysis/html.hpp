#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace assay {

/// `text` for a place between tags or inside a quoted attribute. Replaced by U+FFFD: bytes that are not UTF-8, control
/// characters other than tab and line feed, and the characters that reorder text (U+202A to U+202E, U+2066 to U+2069),
/// with which a file could show other words than it holds.
[[nodiscard]] std::string html_escaped(std::string_view text);

/// JSON text for a <script type="application/json">: every "<" becomes "\u003c", so that nothing in it ends the block.
[[nodiscard]] std::string json_for_script(std::string json);

/// Markup that stands in our source. Made at compile time only, so no text of a file can become markup.
struct Markup {
  template <std::size_t N>
  // NOLINTNEXTLINE(google-explicit-constructor,*-avoid-c-arrays): a literal is meant to convert by itself
  consteval Markup(const char (&literal)[N]) : text(literal, N - 1) {}
  std::string_view text;
};

/// A piece of a page. Text comes in escaped, markup as literals.
class Html {
 public:
  Html& put(Markup markup) {
    out_ += markup.text;
    return *this;
  }
  Html& text(std::string_view untrusted) {
    out_ += html_escaped(untrusted);
    return *this;
  }
  Html& put(const Html& piece) {
    out_ += piece.out_;
    return *this;
  }
  [[nodiscard]] bool empty() const { return out_.empty(); }
  [[nodiscard]] const std::string& str() const { return out_; }

 private:
  std::string out_;
};

}  // namespace assay
