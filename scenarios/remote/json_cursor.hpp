#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace assay {

/// Walks once over a JSON text that is not trusted, without copies: what a stream of thousands of small texts a second
/// takes, so most of it is inline. Values that nobody asks for are skipped by their brackets and quotes alone. After
/// anything that is no JSON every call returns false and failed() says so.
///   if (cursor.enter_object()) { while (cursor.next_member(key)) { key == "usage" ? read(cursor) : cursor.skip(); } }
class JsonCursor {
 public:
  static constexpr std::size_t kDeepest = 64;

  explicit JsonCursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  /// True and inside it if the next value is an object; else nothing is taken.
  bool enter_object() { return enter('{'); }
  bool enter_array() { return enter('['); }
  /// The next member of the object that was entered last; its value has to be read or skipped. False at its end, which
  /// leaves it.
  bool next_member(std::string_view& key) {
    if (!next('}')) {
      return false;
    }
    if (!read_text(key)) {
      return fail();
    }
    skip_blanks();
    if (at_ == end_ || *at_ != ':') {
      return fail();
    }
    ++at_;
    return true;
  }
  bool next_element() { return next(']'); }

  /// True if the next value is such a one, which is taken then. A text is given as it stands, with its escapes.
  bool read_text(std::string_view& text) {
    skip_blanks();
    if (at_ == end_ || *at_ != '"') {
      return false;
    }
    const char* const begin = at_ + 1;
    if (!skip_text()) {
      return false;
    }
    text = {begin, static_cast<std::size_t>(at_ - 1 - begin)};
    return true;
  }
  bool read_count(std::uint64_t& count) {
    skip_blanks();
    std::uint64_t value = 0;
    const auto [rest, error] = std::from_chars(at_, end_, value);
    if (error != std::errc{} || (rest != end_ && (*rest == '.' || *rest == 'e' || *rest == 'E'))) {
      return false;
    }
    count = value;
    at_ = rest;
    return true;
  }
  bool read_null() {
    constexpr std::string_view kNull = "null";
    skip_blanks();
    if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(kNull)) {
      at_ += kNull.size();
      return true;
    }
    return false;
  }
  void skip() {
    skip_blanks();
    if (at_ == end_) {
      fail();
    } else if (*at_ == '"') {
      skip_text();
    } else if (*at_ == '{' || *at_ == '[') {
      skip_container();
    } else {
      skip_word();
    }
  }

  [[nodiscard]] bool failed() const { return failed_; }
  /// The text was whole: all containers are left and nothing follows.
  [[nodiscard]] bool finished() {
    skip_blanks();
    return !failed_ && depth_ == 0 && at_ == end_;
  }

 private:
  bool enter(char bracket) {
    skip_blanks();
    if (at_ == end_ || *at_ != bracket) {
      return false;
    }
    if (depth_ == kDeepest) {
      return fail();
    }
    ++at_;
    begun_[depth_++] = false;
    return true;
  }

  /// To the next member or element.
  bool next(char closing) {
    if (failed_ || depth_ == 0) {
      return fail();
    }
    skip_blanks();
    if (at_ == end_) {
      return fail();
    }
    bool& begun = begun_[depth_ - 1];
    if (*at_ == closing) {
      ++at_;
      --depth_;
      return false;
    }
    if (begun) {
      if (*at_ != ',') {
        return fail();
      }
      ++at_;
      skip_blanks();
    }
    begun = true;
    return at_ != end_ || fail();
  }

  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) {
      ++at_;
    }
  }

  /// From a quote to behind the one that ends the text.
  bool skip_text() {
    ++at_;
    while (at_ != end_) {  // keys and tokens are short: a call of memchr costs more
      const char c = *at_++;
      if (c == '"') {
        return true;
      }
      if (c == '\\' && at_ != end_) {
        ++at_;
      }
    }
    return fail();
  }

  bool fail() {
    failed_ = true;
    at_ = end_;
    return false;
  }
  void skip_container();
  void skip_word();  ///< a number, true, false or null

  const char* at_;
  const char* end_;
  std::array<bool, kDeepest> begun_;  ///< a member or element of that container was given
  std::size_t depth_ = 0;
  bool failed_ = false;
};

}  // namespace assay
