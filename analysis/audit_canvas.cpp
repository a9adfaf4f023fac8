#include "analysis/audit_canvas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/report_assets.hpp"

namespace assay {

namespace {

constexpr double kFont = 13.0;
constexpr double kLine = 17.0;

}  // namespace

std::string hue_of(std::size_t system) { return fmt::format("k{}", system % 4); }

AuditCanvas::AuditCanvas(const AuditChartSize& size, std::string_view title, std::string_view description)
    : narrow_(size.narrow()) {
  svg_.put("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"audit-chart ").text(narrow_ ? "narrow" : "wide");
  svg_.put("\" role=\"img\" aria-labelledby=\"")
      .text(size.id)
      .put("-title ")
      .text(size.id)
      .put("-desc\" viewBox=\"0 0 ");
  svg_.text(fmt::format("{} {}", size.width, size.height)).put("\">\n<title id=\"").text(size.id).put("-title\">");
  svg_.text(title).put("</title>\n<desc id=\"").text(size.id).put("-desc\">").text(description).put("</desc>\n");
  if (size.standalone) {
    svg_.put("<style>").text(audit_style()).put("</style>\n");
  }
  svg_.put("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
}

double AuditCanvas::py(double value) const { return y.position(std::clamp(value, y.lower, y.upper)); }

void AuditCanvas::axes(double x_unit, std::string_view x_name, double y_unit, std::string_view y_name) {
  places_.set_frame(x.begin, y.end, x.end, y.begin);
  for (const AxisTick& tick : axis_ticks(x, narrow_ ? 6 : 13)) {
    path("grid", fmt::format("M{0:.1f} {1:.1f}V{2:.1f}", px(tick.value), y.begin, y.end));
    if (tick.labelled) {
      label("", px(tick.value), y.begin + 18.0, "middle", fmt::format("{:g}", tick.value / x_unit));
    }
  }
  for (const AxisTick& tick : axis_ticks(y, 10)) {
    path("grid", fmt::format("M{0:.1f} {1:.1f}H{2:.1f}", x.begin, py(tick.value), x.end));
    if (tick.labelled) {
      label("", x.begin - 7.0, py(tick.value) + 4.5, "end", fmt::format("{:g}", tick.value / y_unit));
    }
  }
  path("frame", fmt::format("M{:.1f} {:.1f}H{:.1f}V{:.1f}H{:.1f}Z", x.begin, y.begin, x.end, y.end, x.begin));
  label("", 0.5 * (x.begin + x.end), y.begin + 38.0, "middle", x_name);
  label("", x.begin - 48.0, y.end - 12.0, "start", y_name);
}

void AuditCanvas::path(std::string_view css, std::string_view d) {
  if (!d.empty()) {
    svg_.put("<path class=\"").text(css).put("\" d=\"").text(d).put("\"/>\n");
  }
}

void AuditCanvas::label(std::string_view css, double at_x, double at_y, std::string_view anchor, std::string_view text,
                        double degrees) {
  svg_.put("<text class=\"").text(css).put("\" text-anchor=\"").text(anchor).put("\" x=\"");
  svg_.text(fmt::format("{:.1f}", at_x)).put("\" y=\"").text(fmt::format("{:.1f}", at_y)).put("\"");
  if (degrees != 0.0) {
    svg_.put(" transform=\"rotate(").text(fmt::format("{:.1f} {:.1f} {:.1f}", degrees, at_x, at_y)).put(")\"");
  }
  svg_.put(">").text(text).put("</text>\n");
}

void AuditCanvas::marker(std::size_t system, bool open, double at_x, double at_y, std::string_view more_css) {
  const std::string css = fmt::format("{} {} {}", open ? "open" : "dot", hue_of(system), more_css);
  constexpr double kR = 6.5;
  switch (system % 4) {
    case 0:
      path(css, fmt::format("M{0:.1f} {1:.1f}a{2} {2} 0 1 0 {3} 0a{2} {2} 0 1 0 -{3} 0Z", at_x - kR, at_y, kR, 2 * kR));
      break;
    case 1:
      path(css, fmt::format("M{0:.1f} {1:.1f}h{2}v{2}h-{2}Z", at_x - 0.9 * kR, at_y - 0.9 * kR, 1.8 * kR));
      break;
    case 2:
      path(css, fmt::format("M{:.1f} {:.1f}l{} {}h-{}Z", at_x, at_y - 1.2 * kR, 1.1 * kR, 2.0 * kR, 2.2 * kR));
      break;
    default:
      path(css, fmt::format("M{0:.1f} {1:.1f}l{2} {2}l-{2} {2}l-{2} -{2}Z", at_x, at_y - 1.2 * kR, 1.2 * kR));
      break;
  }
  places_.block({.x = at_x, .y = at_y, .width = 2.4 * kR, .height = 2.4 * kR});
}

bool AuditCanvas::label_beside(std::string_view css, std::string_view text, double at_x, double at_y) {
  const double width = 1.08 * text_width(text, kFont);
  for (const double distance : {14.0, 26.0, 44.0}) {
    for (const auto& [dx, dy] :
         {std::pair{0.5 * width + distance, 0.0}, std::pair{-0.5 * width - distance, 0.0},
          std::pair{0.5 * width + 6.0, distance + 6.0}, std::pair{-0.5 * width - 6.0, -distance - 6.0},
          std::pair{0.0, distance + 8.0}, std::pair{0.0, -distance - 8.0},
          std::pair{0.5 * width + 6.0, -distance - 6.0}, std::pair{-0.5 * width - 6.0, distance + 6.0}}) {
      if (places_.take({.x = at_x + dx, .y = at_y + dy, .width = width, .height = kLine})) {
        label(css, at_x + dx, at_y + dy + 4.5, "middle", text);
        return true;
      }
    }
  }
  return false;
}

void AuditCanvas::begin_group(std::string_view css, std::string_view title) {
  svg_.put("<g class=\"").text(css).put("\"><title>").text(title).put("</title>\n");
}

Html AuditCanvas::finish() { return svg_.put("</svg>\n"); }

}  // namespace assay
