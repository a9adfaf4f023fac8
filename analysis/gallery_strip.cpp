#include "analysis/gallery_strip.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "analysis/svg_labels.hpp"

namespace assay {

namespace {

constexpr double kWidth = 330.0;
constexpr double kLabelWidth = 88.0;
constexpr double kRight = 14.0;
constexpr double kAxisHeight = 24.0;
constexpr double kTop = 4.0;
constexpr std::size_t kMostLabelled = 60;  ///< rows; above it they are thin and only what stands out has its name
constexpr double kRow = 15.0;
constexpr double kThinRow = 6.0;
constexpr double kFont = 11.0;

std::string number(double value) { return fmt::format("{:.1f}", value); }

/// The steps of an axis: 1, 2 or 5 times a power of ten, so that three to seven lie within it.
double tick_step(double span) {
  const double power = std::pow(10.0, std::floor(std::log10(span / 3.0)));
  for (const double factor : {5.0, 2.0}) {
    if (factor * power * 3.0 <= span) {
      return factor * power;
    }
  }
  return power;
}

std::string short_label(std::string label) {
  if (text_width(label, kFont) <= kLabelWidth - 10.0) {
    return label;
  }
  while (!label.empty() && text_width(label + "…", kFont) > kLabelWidth - 10.0) {
    label.pop_back();
  }
  return label + "…";
}

class Strip {
 public:
  Strip(const GalleryGroup& group, const GalleryFigure& figure, std::span<const std::size_t> nodes)
      : group_(group), figure_(figure), nodes_(nodes), row_(nodes.size() > kMostLabelled ? kThinRow : kRow) {
    find_range();
  }

  Html draw() {
    svg_.put("<svg class=\"picture nodes\" role=\"img\" viewBox=\"0 0 ").text(number(kWidth)).put(" ");
    svg_.text(number(bottom() + kAxisHeight)).put("\" aria-label=\"").text(figure_.title);
    svg_.put(" of each machine; the table has the numbers\">");
    widen();
    if (reference_ > 0.0) {
      background();
      line("mark mean", x(reference_), kTop, x(reference_), bottom());
      axis();
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      row(i);
    }
    return svg_.put("</svg>");
  }

 private:
  [[nodiscard]] const GalleryValue& value(std::size_t i) const { return figure_.values[nodes_[i]]; }
  [[nodiscard]] const std::string& label(std::size_t i) const {
    return group_.nodes[nodes_[i]].bundle.summary.identity.label;
  }
  [[nodiscard]] double bottom() const { return kTop + row_ * static_cast<double>(nodes_.size()); }
  [[nodiscard]] double x(double figure) const {
    return kLabelWidth + (figure - least_) / (most_ - least_) * (kWidth - kRight - kLabelWidth);
  }

  void include(const std::optional<double>& figure) {
    if (figure && std::isfinite(*figure)) {
      least_ = std::min(least_, *figure);
      most_ = std::max(most_, *figure);
    }
  }

  void find_range() {
    reference_ = figure_.median.value_or(0.0);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      include(value(i).estimate.point);
      if (value(i).estimate.point) {
        include(value(i).estimate.lower);
        include(value(i).estimate.upper);
      }
      const auto& comparison = value(i).comparison;
      if (comparison && !comparison->stands_out && !typical_) {
        typical_ = comparison;
      }
    }
  }

  /// Equal figures need a width, and 1 % apart is not far apart.
  void widen() {
    if (!std::isfinite(most_ - least_)) {
      reference_ = 0.0;
      return;
    }
    const double middle = 0.5 * (least_ + most_);
    const double half = std::max({0.55 * (most_ - least_), 0.05 * std::abs(middle), 1e-300});
    least_ = middle - half;
    most_ = middle + half;
  }

  void line(Markup css, double x1, double y1, double x2, double y2) {
    svg_.put("<line class=\"").put(css).put("\" x1=\"").text(number(x1)).put("\" y1=\"").text(number(y1));
    svg_.put("\" x2=\"").text(number(x2)).put("\" y2=\"").text(number(y2)).put("\"/>");
  }

  void background() {
    if (!typical_ || typical_->limit <= 0.0) {
      return;
    }
    const double begin = std::clamp(typical_->median - typical_->limit, least_, most_);
    const double end = std::clamp(typical_->median + typical_->limit, least_, most_);
    svg_.put("<rect class=\"noise\" x=\"").text(number(x(begin))).put("\" y=\"").text(number(kTop));
    svg_.put("\" width=\"").text(number(x(end) - x(begin))).put("\" height=\"").text(number(bottom() - kTop));
    svg_.put("\"/>");
  }

  /// In percent of the median, so that strips of different figures read alike.
  void axis() {
    line("axis", kLabelWidth, bottom(), kWidth - kRight, bottom());
    const double step = tick_step((most_ - least_) / reference_);
    const double first = std::ceil((least_ / reference_ - 1.0) / step);
    for (double number_of = first; reference_ * (1.0 + number_of * step) <= most_; number_of += 1.0) {
      const double at = x(reference_ * (1.0 + number_of * step));
      line("axis", at, bottom(), at, bottom() + 4.0);
      const std::string label = number_of == 0.0 ? "median" : fmt::format("{:+.4g} %", 100.0 * number_of * step);
      if (at + 0.5 * text_width(label, kFont) > kWidth) {
        continue;
      }
      svg_.put("<text x=\"").text(number(at)).put("\" y=\"").text(number(bottom() + 17.0));
      svg_.put("\" text-anchor=\"middle\">").text(label).put("</text>");
    }
  }

  void row(std::size_t i) {
    const GalleryValue& one = value(i);
    const bool stands_out = one.comparison && one.comparison->stands_out;
    const double y = kTop + row_ * (static_cast<double>(i) + 0.5);
    svg_.put(stands_out ? Html().put("<g class=\"out\"><title>") : Html().put("<g><title>"));
    svg_.text(description(i)).put("</title>");
    if (row_ == kRow || stands_out) {
      svg_.put("<text class=\"name\" x=\"").text(number(kLabelWidth - 8.0)).put("\" y=\"").text(number(y + 4.0));
      svg_.put("\" text-anchor=\"end\">").text(short_label(label(i))).put("</text>");
    }
    const bool has_point = one.estimate.point && std::isfinite(*one.estimate.point);
    if (!has_point || reference_ <= 0.0) {
      svg_.put("<text class=\"none\" x=\"").text(number(kLabelWidth + 4.0)).put("\" y=\"").text(number(y + 4.0));
      svg_.put("\">").text(row_ < kRow     ? "–"
                           : has_point     ? figure_text({.point = one.estimate.point}, figure_.unit, Charset::utf8)
                           : one.present() ? "not available"
                                           : "missing");
      svg_.put("</text>");
    } else {
      mark(one, stands_out, y);
    }
    svg_.put("</g>");
  }

  void mark(const GalleryValue& one, bool stands_out, double y) {
    const double at = x(*one.estimate.point);
    const double radius = row_ == kRow ? 3.5 : 2.2;
    if (one.estimate.lower && one.estimate.upper) {
      line("whisker", x(*one.estimate.lower), y, x(*one.estimate.upper), y);
    }
    if (one.repeats == 0) {
      svg_.put("<circle class=\"hollow\" cx=\"").text(number(at)).put("\" cy=\"").text(number(y)).put("\" r=\"");
      svg_.text(number(radius)).put("\"/>");
      line("cross", at - radius - 1.5, y - radius - 1.5, at + radius + 1.5, y + radius + 1.5);
    } else if (stands_out) {
      const double size = radius + 2.0;
      svg_.put("<path class=\"solid\" d=\"M");
      svg_.text(fmt::format("{:.1f} {:.1f}l{:.1f} {:.1f}l-{:.1f} {:.1f}l-{:.1f}-{:.1f}z", at, y - size, size, size,
                            size, size, size, size));
      svg_.put("\"/>");
    } else {
      svg_.put("<circle class=\"solid\" cx=\"").text(number(at)).put("\" cy=\"").text(number(y)).put("\" r=\"");
      svg_.text(number(radius)).put("\"/>");
    }
  }

  [[nodiscard]] std::string description(std::size_t i) const {
    const GalleryValue& one = value(i);
    if (!one.present()) {
      return label(i) + ": missing";
    }
    std::string text = fmt::format("{}: {}", label(i), figure_text(one.estimate, figure_.unit, Charset::utf8));
    if (one.repeats == 0) {
      text += fmt::format(", INVALID ({})", one.invalid_code);
    } else if (one.comparison && one.comparison->difference.point) {
      text += fmt::format(", {:+.1f} % beside the median of the others", 100.0 * *one.comparison->difference.point);
    }
    return text;
  }

  const GalleryGroup& group_;
  const GalleryFigure& figure_;
  std::span<const std::size_t> nodes_;
  double row_;
  double reference_ = 0.0;  ///< what the axis is in percent of; 0: nothing can be drawn
  double least_ = 1e300;
  double most_ = -1e300;
  std::optional<SiblingComparison> typical_;  ///< of a machine that does not stand out: what lies behind the dots
  Html svg_;
};

}  // namespace

Html gallery_strip(const GalleryGroup& group, const GalleryFigure& figure, std::span<const std::size_t> nodes) {
  return Strip(group, figure, nodes).draw();
}

}  // namespace assay
