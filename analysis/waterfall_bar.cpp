#include "analysis/waterfall_bar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/format.hpp"

namespace assay {

Html waterfall_bar(const ServingWaterfall& waterfall) {
  constexpr double kWidth = 1000.0;
  constexpr std::array<Markup, ServingWaterfall::kParts> kClasses = {
      Markup("<rect class=\"part-0\""), Markup("<rect class=\"part-1\""), Markup("<rect class=\"part-2\""),
      Markup("<rect class=\"part-3\""), Markup("<rect class=\"part-4\""), Markup("<rect class=\"part-5\""),
      Markup("<rect class=\"part-6\"")};
  constexpr std::array<Markup, ServingWaterfall::kParts> kKeys = {
      Markup("<li class=\"part-0\">"), Markup("<li class=\"part-1\">"), Markup("<li class=\"part-2\">"),
      Markup("<li class=\"part-3\">"), Markup("<li class=\"part-4\">"), Markup("<li class=\"part-5\">"),
      Markup("<li class=\"part-6\">")};
  Html out;
  out.put(
      "<svg class=\"serving-bar\" viewBox=\"0 0 1000 28\" preserveAspectRatio=\"none\" aria-hidden=\"true\" "
      "focusable=\"false\">");
  const auto parts = waterfall.parts();
  double at = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const double width = std::clamp(parts[i], 0.0, 1.0) * kWidth;
    out.put(kClasses[i]).put(" y=\"0\" height=\"28\" x=\"").text(fmt::format("{:.1f}", at));
    out.put("\" width=\"").text(fmt::format("{:.1f}", width)).put("\"/>");
    at += width;
  }
  out.put("</svg><ul class=\"serving-key\">");
  const auto names = waterfall_names();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out.put(kKeys[i]).text(fmt::format("{} {}", names[i], format_percent(parts[i]))).put("</li>");
  }
  return out.put("</ul>");
}

}  // namespace assay
