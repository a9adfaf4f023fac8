#include "scenarios/remote/json_cursor.hpp"

namespace assay {

void JsonCursor::skip_container() {
  std::array<char, kDeepest> closing;
  std::size_t depth = 0;
  while (at_ != end_) {
    const char c = *at_;
    if (c == '"') {
      if (!skip_text()) {
        return;
      }
      continue;
    }
    ++at_;
    if (c == '{' || c == '[') {
      if (depth + depth_ >= kDeepest) {
        fail();
        return;
      }
      closing[depth++] = c == '{' ? '}' : ']';
    } else if (c == '}' || c == ']') {
      if (closing[depth - 1] != c) {
        fail();
        return;
      }
      if (--depth == 0) {
        return;
      }
    }
  }
  fail();
}

void JsonCursor::skip_word() {
  const char* const begin = at_;
  while (at_ != end_ && (*at_ == '+' || *at_ == '-' || *at_ == '.' || (*at_ >= '0' && *at_ <= '9') ||
                         (*at_ >= 'a' && *at_ <= 'z') || (*at_ >= 'A' && *at_ <= 'Z'))) {
    ++at_;
  }
  if (at_ == begin) {
    fail();
  }
}

}  // namespace assay
