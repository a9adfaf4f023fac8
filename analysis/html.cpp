#include "analysis/html.hpp"

#include <cstdint>

namespace assay {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Decoded {
  std::uint32_t code_point = 0;
  std::size_t length = 0;  ///< bytes; 0 if they are not UTF-8
};

/// RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) {
    return {first, 1};
  }
  const std::size_t length = first < 0xC2 ? 0U : first < 0xE0 ? 2U : first < 0xF0 ? 3U : first < 0xF5 ? 4U : 0U;
  if (length == 0 || text.size() < length) {
    return {};
  }
  std::uint32_t code_point = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return {};
    }
    code_point = (code_point << 6U) | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return overlong || surrogate || code_point > 0x10FFFF ? Decoded{} : Decoded{code_point, length};
}

bool is_shown(std::uint32_t code_point) {
  const bool control =
      (code_point < 0x20 && code_point != '\t' && code_point != '\n') || (code_point >= 0x7F && code_point < 0xA0);
  const bool reorders =
      (code_point >= 0x202A && code_point <= 0x202E) || (code_point >= 0x2066 && code_point <= 0x2069);
  return !control && !reorders;
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded decoded = decode(text);
    if (decoded.length == 0 || !is_shown(decoded.code_point)) {
      out += kReplacement;
    } else if (text[0] == '&') {
      out += "&amp;";
    } else if (text[0] == '<') {
      out += "&lt;";
    } else if (text[0] == '>') {
      out += "&gt;";
    } else if (text[0] == '"') {
      out += "&quot;";
    } else if (text[0] == '\'') {
      out += "&#39;";
    } else {
      out += text.substr(0, decoded.length);
    }
    text.remove_prefix(decoded.length == 0 ? 1 : decoded.length);
  }
  return out;
}

std::string json_for_script(std::string json) {
  constexpr std::string_view kEscape = "\\u003c";
  for (std::size_t at = json.find('<'); at != std::string::npos; at = json.find('<', at + kEscape.size())) {
    json.replace(at, 1, kEscape);
  }
  return json;
}

}  // namespace assay
