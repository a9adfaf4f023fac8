#include "scenarios/toml_characters.hpp"

#include <algorithm>

namespace assay {

namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// Walks over a document, string by string and comment by comment.
class Walk {
 public:
  explicit Walk(std::string_view toml) : toml_(toml) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    at_ = toml.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  }

  std::optional<std::size_t> stray_line() {
    while (at_ < toml_.size()) {
      const char c = toml_[at_];
      if (!is_ascii(c)) {
        return line();
      }
      if (c == '#') {
        at_ = std::min(toml_.find('\n', at_), toml_.size());
      } else if (c == '"' || c == '\'') {
        if (!skip_string(c)) {
          return line();
        }
      } else {
        ++at_;
      }
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::size_t line() const {
    return 1 + static_cast<std::size_t>(std::ranges::count(toml_.substr(0, at_), '\n'));
  }

  /// Goes behind the string that begins here, or to the end of the line that leaves it open; false: at a stray
  /// character.
  bool skip_string(char quote) {
    const char three[] = {quote, quote, quote};
    const bool many_lines = toml_.substr(at_).starts_with(std::string_view(three, 3));
    at_ += many_lines ? 3 : 1;
    while (at_ < toml_.size()) {
      const char c = toml_[at_];
      if (many_lines ? toml_.substr(at_).starts_with(std::string_view(three, 3)) : c == quote) {
        at_ += many_lines ? 3 : 1;
        for (int own = 0; many_lines && own < 2 && at_ < toml_.size() && toml_[at_] == quote; ++own) {
          ++at_;  // the last quotes of a string of many lines may be its own
        }
        return true;
      }
      if (!many_lines && c == '\n') {
        return true;
      }
      ++at_;
      if (c == '\\' && quote == '"' && !skip_escape()) {
        return false;
      }
    }
    return true;
  }

  /// A backslash at the end of a line takes all blanks behind it away.
  bool skip_escape() {
    const std::size_t behind = toml_.find_first_not_of(" \t\r\n", at_);
    at_ = behind == std::string_view::npos ? toml_.size() : behind;
    if (at_ < toml_.size() && !is_ascii(toml_[at_])) {
      return false;
    }
    at_ = std::min(at_ + 1, toml_.size());
    return true;
  }

  std::string_view toml_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::size_t> line_of_stray_character(std::string_view toml) { return Walk(toml).stray_line(); }

}  // namespace assay
