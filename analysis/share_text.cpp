#include "analysis/share_text.hpp"

#include <fmt/format.h>

#include <string_view>

#include "analysis/format.hpp"

namespace assay {
namespace {

std::string without_sign(std::string percent) {
  percent.resize(percent.size() - std::string_view(" %").size());
  return percent;
}

}  // namespace

std::string share_text(const EstimateRecord& share) {
  if (!share.point) {
    return fmt::format("not available: {}", share.reason);
  }
  std::string text = format_percent(*share.point);
  if (share.lower && share.upper) {
    text += fmt::format(" [{}, {}]", without_sign(format_percent(*share.lower)),
                        without_sign(format_percent(*share.upper)));
  }
  return text;
}

}  // namespace assay
