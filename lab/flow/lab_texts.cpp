#include "lab/flow/lab_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "analysis/html.hpp"
#include "lab/flow/lab_refusal.hpp"

namespace assay {
namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  return begin == std::string_view::npos ? std::string()
                                         : std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

/// What a page would have to replace is no text for a ledger either: broken UTF-8, controls, letters that reorder.
bool is_clean(const std::string& text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  return html_escaped(text).find(kReplacement) == std::string::npos && text.find('\t') == std::string::npos;
}

}  // namespace

std::string checked_lab_text(const std::string& what, const std::string& text) {
  constexpr std::size_t kMostBytes = 2000;
  std::string clean = trimmed(text);
  if (clean.empty()) {
    throw LabRefusal(RefusalReason::bad_value, fmt::format("{}: write a sentence", what));
  }
  if (clean.size() > kMostBytes) {
    throw LabRefusal(RefusalReason::bad_value, fmt::format("{}: {} bytes; at most {}", what, clean.size(), kMostBytes));
  }
  std::erase(clean, '\r');
  std::ranges::replace(clean, '\t', ' ');
  if (!is_clean(clean)) {
    throw LabRefusal(RefusalReason::bad_value,
                     fmt::format("{}: plain text in UTF-8, without control characters", what));
  }
  return clean;
}

std::string checked_lab_word(const std::string& what, const std::string& text) {
  constexpr std::size_t kMostBytes = 60;
  const std::string clean = trimmed(text);
  if (clean.size() > kMostBytes || clean.find('\n') != std::string::npos || !is_clean(clean)) {
    throw LabRefusal(RefusalReason::bad_value, fmt::format("{}: one line of at most {} bytes", what, kMostBytes));
  }
  return clean;
}

}  // namespace assay
