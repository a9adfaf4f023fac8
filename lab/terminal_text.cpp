#include "lab/terminal_text.hpp"

#include <cstddef>

namespace assay {

std::string without_controls(std::string_view text) {
  constexpr unsigned char kDelete = 0x7F;
  constexpr unsigned char kSecondSetLead = 0xC2;  // of U+0080 to U+009F in UTF-8
  constexpr unsigned char kSecondSetEnd = 0xA0;
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool leads =
        byte == kSecondSetLead && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < kSecondSetEnd;
    const bool controls = (byte < ' ' && byte != '\n' && byte != '\t') || byte == kDelete;
    clean += controls || leads ? '?' : text[i];
    i += leads ? 1 : 0;
  }
  return clean;
}

}  // namespace assay
