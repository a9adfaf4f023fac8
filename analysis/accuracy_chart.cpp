#include "analysis/accuracy_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "analysis/share_text.hpp"

namespace assay {

namespace {

constexpr double kWidth = 640.0;
constexpr double kHeight = 300.0;
constexpr double kLeft = 52.0;
constexpr double kRight = 620.0;
constexpr double kTop = 14.0;
constexpr double kBottom = 244.0;
/// "clean" has no ratio: it stands left of the axis that has.
constexpr double kCleanX = 86.0;
constexpr double kFirstX = 150.0;

std::string series_name(const AccuracyCurve& curve) {
  const std::string model = curve.model == "clean" ? "trained on clean speech" : "trained with noise";
  return curve.isolated ? model + ", behind isolation" : model;
}

/// Of the stroke and the marks: "s1" to "s4" in crisis.css.
std::size_t series_number(const AccuracyCurve& curve) {
  return (curve.model == "clean" ? 0U : 1U) + (curve.isolated ? 2U : 0U);
}

struct Axis {
  double quiet_db = 0.0;
  double loud_db = 0.0;

  [[nodiscard]] double x(double snr_db) const {
    const double span = quiet_db - loud_db;
    return span > 0.0 ? kFirstX + (kRight - 12.0 - kFirstX) * (quiet_db - snr_db) / span : (kFirstX + kRight) / 2.0;
  }
};

double y_of(double share) { return kBottom - (kBottom - kTop) * std::clamp(share, 0.0, 1.0); }

std::string number(double value) { return fmt::format("{:.1f}", value); }

Axis axis_of(std::span<const AccuracyCurve> curves) {
  Axis axis{.quiet_db = curves.front().points.front().snr_db, .loud_db = curves.front().points.back().snr_db};
  for (const AccuracyCurve& curve : curves) {
    axis.quiet_db = std::max(axis.quiet_db, curve.points.front().snr_db);
    axis.loud_db = std::min(axis.loud_db, curve.points.back().snr_db);
  }
  return axis;
}

void put_text(Html& out, double x, double y, const std::string& anchor, const std::string& text) {
  out.put("<text x=\"").text(number(x)).put("\" y=\"").text(number(y)).put("\" text-anchor=\"").text(anchor);
  out.put("\">").text(text).put("</text>");
}

void put_line(Html& out, double x1, double y1, double x2, double y2) {
  out.put("<line x1=\"").text(number(x1)).put("\" y1=\"").text(number(y1)).put("\" x2=\"").text(number(x2));
  out.put("\" y2=\"").text(number(y2)).put("\"/>");
}

Html grid(const Axis& axis, std::span<const AccuracyCurve> curves) {
  Html out;
  out.put("<g class=\"grid\">");
  for (int percent = 0; percent <= 100; percent += 20) {
    put_line(out, kLeft, y_of(percent / 100.0), kRight, y_of(percent / 100.0));
  }
  out.put("</g><g class=\"labels\">");
  for (int percent = 0; percent <= 100; percent += 20) {
    put_text(out, kLeft - 6.0, y_of(percent / 100.0) + 4.0, "end", fmt::format("{} %", percent));
  }
  put_text(out, kCleanX, kBottom + 18.0, "middle", "clean");
  std::vector<double> ratios;
  for (const AccuracyCurve& curve : curves) {
    for (const AccuracyPoint& point : curve.points) {
      if (std::ranges::find(ratios, point.snr_db) == ratios.end()) {
        ratios.push_back(point.snr_db);
        put_text(out, axis.x(point.snr_db), kBottom + 18.0, "middle", fmt::format("{:g} dB", point.snr_db));
      }
    }
  }
  put_text(out, (kFirstX + kRight) / 2.0, kBottom + 40.0, "middle", "speech above noise; louder noise to the right");
  return out.put("</g>");
}

/// A mark with its interval; the shape tells the series.
void put_point(Html& out, std::size_t series, double x, const EstimateRecord& share) {
  if (share.lower && share.upper) {
    put_line(out, x, y_of(*share.lower), x, y_of(*share.upper));
  }
  const double y = y_of(*share.point);
  if (series % 2 == 0) {
    out.put("<circle r=\"4\" cx=\"").text(number(x)).put("\" cy=\"").text(number(y)).put("\"/>");
  } else {
    out.put("<rect width=\"8\" height=\"8\" x=\"").text(number(x - 4.0)).put("\" y=\"").text(number(y - 4.0));
    out.put("\"/>");
  }
}

Html curve_marks(const AccuracyCurve& curve, const Axis& axis) {
  const std::size_t series = series_number(curve);
  // Intervals of several series at one ratio would hide each other.
  const double shift = 3.0 * (static_cast<double>(series) - 1.5);
  Html out;
  out.put("<g class=\"series s").text(fmt::format("{}", series + 1)).put("\"><polyline points=\"");
  for (const AccuracyPoint& point : curve.points) {
    out.text(fmt::format("{},{} ", number(axis.x(point.snr_db) + shift), number(y_of(*point.share.point))));
  }
  out.put("\"/>");
  if (curve.without_noise.point) {
    put_point(out, series, kCleanX + shift, curve.without_noise);
  }
  for (const AccuracyPoint& point : curve.points) {
    put_point(out, series, axis.x(point.snr_db) + shift, point.share);
  }
  return out.put("</g>");
}

Html legend(std::span<const AccuracyCurve> curves) {
  Html out;
  out.put("<ul class=\"accuracy-legend\">");
  for (const AccuracyCurve& curve : curves) {
    const std::size_t series = series_number(curve);
    out.put("<li><svg viewBox=\"0 0 40 12\" aria-hidden=\"true\" focusable=\"false\"><g class=\"series s");
    out.text(fmt::format("{}", series + 1)).put("\"><polyline points=\"0,6 40,6\"/>");
    out.put(series % 2 == 0 ? Markup("<circle r=\"4\" cx=\"20\" cy=\"6\"/>")
                            : Markup("<rect width=\"8\" height=\"8\" x=\"16\" y=\"2\"/>"));
    out.put("</g></svg>").text(series_name(curve)).put("</li>");
  }
  return out.put("</ul>");
}

Html table(std::span<const AccuracyCurve> curves) {
  Html out;
  out.put(
      "<details><summary>The same as a table</summary><div class=\"scroll\"><table class=\"stack left\"><thead><tr>");
  out.put(
      "<th scope=\"col\">Model</th><th scope=\"col\">Ratio</th><th scope=\"col\">Right "
      "answers</th></tr></thead><tbody>");
  const auto row = [&out](const std::string& model, const std::string& ratio, const EstimateRecord& share) {
    out.put("<tr><th scope=\"row\">").text(model).put("</th><td data-label=\"Ratio\">").text(ratio);
    out.put("</td><td data-label=\"Right answers\">").text(share_text(share)).put("</td></tr>");
  };
  for (const AccuracyCurve& curve : curves) {
    if (curve.without_noise.point) {
      row(series_name(curve), "clean", curve.without_noise);
    }
    for (const AccuracyPoint& point : curve.points) {
      row(series_name(curve), fmt::format("{:g} dB", point.snr_db), point.share);
    }
  }
  return out.put("</tbody></table></div></details>");
}

Html chart(std::span<const AccuracyCurve> curves) {
  const Axis axis = axis_of(curves);
  Html out;
  out.put("<figure><figcaption>").text(fmt::format("In {}", curves.front().noise));
  out.put("</figcaption><svg class=\"accuracy\" role=\"img\" viewBox=\"0 0 ");
  out.text(fmt::format("{:g} {:g}", kWidth, kHeight)).put("\"><title>");
  out.text(fmt::format("Share of right answers in {} against the ratio of speech to noise", curves.front().noise));
  out.put("</title>").put(grid(axis, curves));
  for (const AccuracyCurve& curve : curves) {
    out.put(curve_marks(curve, axis));
  }
  return out.put("</svg>").put(legend(curves)).put(table(curves)).put("</figure>");
}

}  // namespace

Html accuracy_charts(const std::vector<AccuracyCurve>& curves) {
  Html out;
  if (curves.empty()) {
    return out;
  }
  out.put("<h3>Accuracy against noise</h3><p>Voices and noises that no training heard; lines are 95 % intervals ");
  out.put("(Wilson).</p>");
  auto begin = curves.begin();
  while (begin != curves.end()) {
    const auto end = std::find_if(begin, curves.end(), [&](const AccuracyCurve& c) { return c.noise != begin->noise; });
    out.put(chart(std::span(begin, end)));
    begin = end;
  }
  return out;
}

}  // namespace assay
