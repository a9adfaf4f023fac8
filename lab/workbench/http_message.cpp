#include "lab/workbench/http_message.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace assay {

namespace {

std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2) {
      return std::nullopt;
    }
    plain += static_cast<char>(value);
    i += 2;
  }
  return plain;
}

}  // namespace

std::optional<std::string> query_value(const std::string& query, const std::string& name) {
  std::string_view rest = query;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equal = pair.find('=');
    if (pair.substr(0, equal) == name) {
      return equal == std::string_view::npos ? std::optional<std::string>("") : decoded(pair.substr(equal + 1));
    }
  }
  return std::nullopt;
}

}  // namespace assay
