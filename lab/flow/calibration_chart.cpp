#include "lab/flow/calibration_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/log_axis.hpp"

namespace assay {
namespace {

constexpr double kLeft = 190.0;
constexpr double kRight = 690.0;
constexpr double kRow = 34.0;
constexpr double kTop = 14.0;

double ratio_of(const CalibrationPoint& point) { return point.predicted / point.measured; }

std::string number(double value) { return fmt::format("{:.1f}", value); }

Html vertical(double x, double bottom, bool strong) {
  Html out;
  out.put("<line stroke=\"currentColor\" y1=\"8\" x1=\"").text(number(x)).put("\" x2=\"").text(number(x));
  out.put("\" y2=\"").text(number(bottom)).put("\" stroke-width=\"").text(strong ? "2" : "0.5");
  return out.put("\"/>");
}

Html words(double x, double y, const char* anchor, const std::string& text) {
  Html out;
  out.put("<text fill=\"currentColor\" font-size=\"13\" x=\"").text(number(x)).put("\" y=\"").text(number(y));
  return out.put("\" text-anchor=\"").text(anchor).put("\">").text(text).put("</text>");
}

Html dot(const CalibrationPoint& point, const LogAxis& axis, double y) {
  const double x = axis.position(ratio_of(point));
  const double one = axis.position(1.0);
  Html out;
  out.put("<line stroke=\"currentColor\" stroke-dasharray=\"3 3\" x1=\"").text(number(one)).put("\" x2=\"");
  out.text(number(x)).put("\" y1=\"").text(number(y)).put("\" y2=\"").text(number(y)).put("\"/>");
  out.put("<circle stroke=\"currentColor\" stroke-width=\"2\" r=\"6\" cx=\"").text(number(x)).put("\" cy=\"");
  // A late one is hollow: it predicts nothing.
  out.text(number(y)).put("\" fill=\"").text(point.late ? "none" : "currentColor").put("\"/>");
  return out;
}

}  // namespace

std::vector<CalibrationPoint> calibration_points(const nlohmann::ordered_json& parts) {
  std::vector<CalibrationPoint> points;
  for (const auto& part : parts) {
    for (const auto& question : part.at("questions")) {
      const auto& reveal = question.at("reveal");
      const auto& locks = question.at("locks");
      if (reveal.is_null() || locks.empty() || !locks.front().at("answer").is_number() ||
          !reveal.at("value").at("point").is_number()) {
        continue;
      }
      points.push_back({.label = fmt::format("part {} {}", part.at("number").dump(),
                                             question.at("id").get_ref<const std::string&>()),
                        .unit = question.at("unit").is_string() ? question.at("unit").get<std::string>() : "",
                        .predicted = locks.front().at("answer").get<double>(),
                        .measured = reveal.at("value").at("point").get<double>(),
                        .late = locks.front().at("late").get<bool>()});
    }
  }
  return points;
}

Html calibration_chart(const std::vector<CalibrationPoint>& points, bool standalone) {
  std::vector<CalibrationPoint> shown;
  std::ranges::copy_if(points, std::back_inserter(shown),
                       [](const CalibrationPoint& point) { return point.predicted > 0.0 && point.measured > 0.0; });
  Html out;
  if (shown.empty()) {
    return out;
  }
  double reach = 2.0;
  for (const CalibrationPoint& point : shown) {
    reach = std::max({reach, 1.2 * ratio_of(point), 1.2 / ratio_of(point)});
  }
  const LogAxis axis{.lower = 1.0 / reach, .upper = reach, .begin = kLeft, .end = kRight};
  const double bottom = kTop + kRow * static_cast<double>(shown.size()) + 6.0;
  out.put("<svg");
  out.put(standalone ? Markup(" xmlns=\"http://www.w3.org/2000/svg\"") : Markup(""));
  out.put(" role=\"img\" width=\"100%\" viewBox=\"0 0 720 ").text(number(bottom + 44.0));
  out.put(
      "\"><title>Predictions over what was measured</title><desc>One row a prediction, on a logarithmic axis; 1 x "
      "is right.");
  out.put(standalone ? Markup("</desc>") : Markup(" The table above has the numbers.</desc>"));
  for (const AxisTick& tick : axis_ticks(axis, 5)) {
    out.put(vertical(axis.position(tick.value), bottom, false));
    if (tick.labelled) {
      out.put(words(axis.position(tick.value), bottom + 16.0, "middle", fmt::format("{:g}x", tick.value)));
    }
  }
  out.put(vertical(axis.position(1.0), bottom, true));
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const double y = kTop + kRow * (static_cast<double>(i) + 0.5);
    out.put(words(kLeft - 12.0, y + 4.0, "end", shown[i].label + (shown[i].late ? " (late)" : "")));
    out.put(dot(shown[i], axis, y));
  }
  return out.put(words((kLeft + kRight) / 2.0, bottom + 36.0, "middle", "predicted / measured")).put("</svg>");
}

}  // namespace assay
