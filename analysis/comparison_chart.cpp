#include "analysis/comparison_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/comparison_sentences.hpp"
#include "analysis/log_axis.hpp"

namespace assay {
namespace {

constexpr double kWidth = 760.0;
constexpr double kLeft = 190.0;   // room for "P99 time to first token"
constexpr double kRight = 150.0;  // and for the reading
constexpr double kRowHeight = 30.0;
constexpr double kTop = 26.0;
constexpr double kBottom = 44.0;
/// Beyond this an interval says only that it is wide.
constexpr double kWidestRatio = 4.0;

struct Plot {
  LogAxis axis;
  double height = 0.0;
  double bottom = 0.0;  ///< of the rows

  [[nodiscard]] double x(double ratio) const { return axis.position(std::clamp(ratio, axis.lower, axis.upper)); }
};

Plot plot_of(const ComparisonBlock& block, double margin) {
  // As wide as the row that decides needs and as all points do; an interval that is far wider ends in an arrow.
  double reach = std::log1p(2.0 * margin);
  const auto hold = [&](const std::optional<double>& value, double times) {
    if (value && *value > 0.0 && std::isfinite(*value)) {
      reach = std::max(reach, times * std::fabs(std::log(*value)));
    }
  };
  for (const ComparedRow& row : block.rows) {
    hold(row.ratio.point, 1.2);
  }
  hold(block.rows.front().ratio.lower, 1.6);
  hold(block.rows.front().ratio.upper, 1.6);
  reach = std::min(reach, std::log(kWidestRatio));
  const double bottom = kTop + kRowHeight * static_cast<double>(block.rows.size());
  return {.axis = {.lower = std::exp(-reach), .upper = std::exp(reach), .begin = kLeft, .end = kWidth - kRight},
          .height = bottom + kBottom,
          .bottom = bottom};
}

std::string number(double value) { return fmt::format("{:.1f}", value); }

void put_axis(Html& svg, const Plot& plot, double margin) {
  const double left = plot.x(1.0 / (1.0 + margin));
  svg.put("<rect class=\"strip\" y=\"").text(number(kTop)).put("\" x=\"").text(number(left)).put("\" width=\"");
  svg.text(number(plot.x(1.0 + margin) - left)).put("\" height=\"").text(number(plot.bottom - kTop)).put("\"/>");
  for (const double tick : ratio_ticks(plot.axis.lower, plot.axis.upper)) {
    const std::string at = number(plot.x(tick));
    svg.put("<line class=\"grid\" y1=\"").text(number(kTop)).put("\" y2=\"").text(number(plot.bottom)).put("\" x1=\"");
    svg.text(at).put("\" x2=\"").text(at).put("\"/><text text-anchor=\"middle\" y=\"").text(number(plot.bottom + 17.0));
    svg.put("\" x=\"").text(at).put("\">").text(fmt::format("{:.4g}", tick)).put("</text>");
  }
  const std::string one = number(plot.x(1.0));
  svg.put("<line class=\"axis\" y1=\"").text(number(kTop)).put("\" y2=\"").text(number(plot.bottom)).put("\" x1=\"");
  svg.text(one).put("\" x2=\"").text(one).put("\"/><text class=\"axis-name\" text-anchor=\"middle\" y=\"");
  svg.text(number(plot.bottom + 37.0)).put("\" x=\"").text(one).put("\">B over A</text>");
}

/// The whisker, with an arrow where the interval goes on outside.
void put_interval(Html& svg, const Plot& plot, const EstimateRecord& ratio, double y) {
  if (!ratio.lower || !ratio.upper) {
    return;
  }
  const double from = plot.x(*ratio.lower);
  const double to = plot.x(*ratio.upper);
  const double left_tip = *ratio.lower < plot.axis.lower ? 6.0 : 0.0;
  const double right_tip = *ratio.upper > plot.axis.upper ? -6.0 : 0.0;
  svg.put("<path class=\"whisker\" d=\"");
  svg.text(
      fmt::format("M{0:.1f} {2:.1f}H{1:.1f}M{3:.1f} {4:.1f}L{0:.1f} {2:.1f}L{3:.1f} {5:.1f}M{6:.1f} {4:.1f}L{1:.1f} "
                  "{2:.1f}L{6:.1f} {5:.1f}",
                  from, to, y, from + left_tip, y - 5.0, y + 5.0, to + right_tip));
  svg.put("\"/>");
}

void put_row(Html& svg, const Plot& plot, const ComparedRow& row, std::size_t index) {
  const bool decides = index == 0;
  const double y = kTop + kRowHeight * (static_cast<double>(index) + 0.5);
  const std::string text_y = number(y + 4.0);
  svg.put(decides ? Markup("<g class=\"k1\"><text class=\"label\" text-anchor=\"end\" x=\"")
                  : Markup("<g class=\"k0\"><text text-anchor=\"end\" x=\""));
  svg.text(number(kLeft - 12.0)).put("\" y=\"").text(text_y).put("\">").text(row.quantity.title).put("</text>");
  if (!row.ratio.point) {
    svg.put("<text x=\"")
        .text(number(plot.x(1.0) + 8.0))
        .put("\" y=\"")
        .text(text_y)
        .put("\">not available</text></g>");
    return;
  }
  put_interval(svg, plot, row.ratio, y);
  if (*row.ratio.point >= plot.axis.lower && *row.ratio.point <= plot.axis.upper) {
    svg.put(row.basis == IntervalBasis::between_runs ? Markup("<circle class=\"solid\" r=\"5\" cx=\"")
                                                     : Markup("<circle class=\"hollow\" r=\"5\" cx=\""));
    svg.text(number(plot.x(*row.ratio.point))).put("\" cy=\"").text(number(y)).put("\"/>");
  }
  svg.put("<text x=\"").text(number(kWidth - kRight + 12.0)).put("\" y=\"").text(text_y).put("\">");
  svg.text(fmt::format("{:.3f} {}", *row.ratio.point, reading_text(row))).put("</text></g>");
}

}  // namespace

std::vector<double> ratio_ticks(double lower, double upper) {
  // Steps of which a few fit; the last is for a picture that spans a factor of 16.
  static constexpr std::array kSteps{1.01, 1.02, 1.05, 1.1, 1.25, 2.0};
  constexpr double kMostTicks = 9.0;
  double step = kSteps.back();
  for (const double candidate : kSteps) {
    if (std::log(upper / lower) / std::log(candidate) < kMostTicks) {
      step = candidate;
      break;
    }
  }
  std::vector<double> ticks;
  for (int power = static_cast<int>(std::ceil(std::log(lower) / std::log(step)));
       std::pow(step, power) <= upper * (1.0 + 1e-9); ++power) {
    ticks.push_back(std::pow(step, power));
  }
  return ticks;
}

Html ratio_chart(const ComparisonBlock& block, double margin) {
  Html svg;
  if (std::ranges::none_of(block.rows, [](const ComparedRow& row) { return row.ratio.point.has_value(); })) {
    return svg;
  }
  const Plot plot = plot_of(block, margin);
  svg.put("<svg class=\"picture\" role=\"img\" viewBox=\"0 0 ").text(number(kWidth)).put(" ").text(number(plot.height));
  svg.put("\" width=\"").text(number(kWidth)).put("\"><title>");
  svg.text("B over A of " + block_title(block)).put("</title>");
  svg.put("<desc>Each ratio with its interval; the band is the margin. The same numbers are in the table.</desc>");
  put_axis(svg, plot, margin);
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    put_row(svg, plot, block.rows[i], i);
  }
  return svg.put("</svg>");
}

}  // namespace assay
