#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/audit_charts.hpp"
#include "analysis/audit_crossover.hpp"
#include "analysis/audit_figures.hpp"
#include "analysis/independent_ratio.hpp"
#include "analysis/roofline_titles.hpp"
#include "analysis/share_text.hpp"

namespace assay {
namespace {

constexpr double kLine = 17.0;

/// Smallest and largest of what a chart must hold.
struct Range {
  double lower = INFINITY;
  double upper = 0.0;

  void hold(double value) {
    if (std::isfinite(value) && value > 0.0) {
      lower = std::min(lower, value);
      upper = std::max(upper, value);
    }
  }
};

bool has_roofs(const AuditSystem& system) { return system.roofs.reason.empty() && system.roofs.peak.point; }

/// Work per second that was measured.
std::optional<EstimateRecord> measured_rate(const AuditSystem& system) {
  if (!system.throughput.value.point || !system.lighthouse.work_per_sample) {
    return std::nullopt;
  }
  return scaled(system.throughput.value, *system.lighthouse.work_per_sample);
}

class Chart {
 public:
  Chart(const AuditRecord& record, const AuditChartSize& size, AuditCanvas& canvas)
      : record_(record), narrow_(size.narrow()), canvas_(canvas) {
    Range x;
    Range y;
    double lowest = INFINITY;
    for (const AuditSystem& system : record.systems) {
      if (has_roofs(system)) {
        x.hold(*system.roofs.ridge.point);
        y.hold(*system.roofs.peak.point);
      }
      x.hold(has_roofs(system) ? system.lighthouse.intensity.value_or(0.0) : 0.0);
    }
    for (const AuditCrossover& crossover : record.crossovers) {
      x.hold(crossover.intensity.point.value_or(0.0));
    }
    canvas_.x.lower = x.lower / 3.0;
    canvas_.x.upper = std::max(x.upper * 3.5, canvas_.x.lower * 20.0);
    for (const AuditSystem& system : record.systems) {
      if (has_roofs(system)) {
        lowest = std::min(lowest, *attainable_at(system.roofs, x.lower).point);
        const auto rate = measured_rate(system);
        lowest = rate ? std::min(lowest, *rate->point) : lowest;
      }
    }
    canvas_.y.upper = y.upper * 1.7;
    canvas_.y.lower = std::min(lowest / 2.2, canvas_.y.upper / 20.0);
    canvas_.x.begin = 58.0;
    canvas_.x.end = size.width - (narrow_ ? 24.0 : 190.0);
    canvas_.y.begin = size.height - 50.0;
    canvas_.y.end = 32.0;
  }

  void draw() {
    const std::string unit = unit_of();
    const auto [divisor, prefix] = prefix_of(canvas_.y.upper);
    canvas_.axes(1.0, fmt::format("intensity, {} per byte of traffic", unit), divisor,
                 fmt::format("{}{}/s", prefix, unit));
    ties();
    mission();
    for (std::size_t i = 0; i < record_.systems.size(); ++i) {
      roof(i);
    }
    for (std::size_t i = 0; i < record_.systems.size(); ++i) {
      points(i);
    }
    tie_labels();
    for (std::size_t i = 0; i < record_.systems.size(); ++i) {
      point_label(i);
    }
    for (std::size_t i = 0; i < record_.systems.size(); ++i) {
      slope_label(i);
    }
    peak_labels();
  }

 private:
  [[nodiscard]] const AuditSystem& system(std::size_t i) const { return record_.systems[i]; }

  [[nodiscard]] std::string unit_of() const {
    const auto found = std::ranges::find_if(record_.systems, has_roofs);
    return found->roofs.work_unit;
  }

  static std::pair<double, const char*> prefix_of(double largest) {
    return largest >= 2e13 ? std::pair(1e12, "T") : largest >= 2e9 ? std::pair(1e9, "G") : std::pair(1e6, "M");
  }

  /// The roof for a peak and a bandwidth, from left to right; the corner is left out where it lies outside.
  [[nodiscard]] std::vector<std::pair<double, double>> corners(double peak, double bandwidth) const {
    const double from = std::max(canvas_.x.lower, canvas_.y.lower / bandwidth);
    std::vector<std::pair<double, double>> points{{from, std::min(peak, bandwidth * from)}};
    const double ridge = peak / bandwidth;
    if (ridge > from && ridge < canvas_.x.upper) {
      points.emplace_back(ridge, peak);
    }
    points.emplace_back(canvas_.x.upper, std::min(peak, bandwidth * canvas_.x.upper));
    return points;
  }

  [[nodiscard]] std::string line(const std::vector<std::pair<double, double>>& points, const char* first) const {
    std::string d;
    for (const auto& [intensity, rate] : points) {
      d += fmt::format("{}{:.1f} {:.1f}", d.empty() ? first : "L", canvas_.px(intensity), canvas_.py(rate));
    }
    return d;
  }

  void roof(std::size_t i) {
    if (!has_roofs(system(i))) {
      return;
    }
    const AuditRoofs& roofs = system(i).roofs;
    canvas_.begin_group(
        "", fmt::format("{}: {}, {} {}", title_of(system(i)), peak_text(roofs), roofs.level, bandwidth_text(roofs)));
    if (roofs.peak.lower && roofs.peak.upper && roofs.bandwidth.lower && roofs.bandwidth.upper) {
      auto below = corners(*roofs.peak.lower, *roofs.bandwidth.lower);
      std::ranges::reverse(below);
      canvas_.path("band " + hue_of(i),
                   line(corners(*roofs.peak.upper, *roofs.bandwidth.upper), "M") + line(below, "L") + "Z");
    }
    canvas_.path(fmt::format("roof {}{}", hue_of(i), roofs.stated ? " stated" : ""),
                 line(corners(*roofs.peak.point, *roofs.bandwidth.point), "M"));
    const double at = canvas_.px(*roofs.ridge.point);
    const double top = canvas_.py(*roofs.peak.point);
    canvas_.path("ridge " + hue_of(i), fmt::format("M{:.1f} {:.1f}v14", at, top - 7.0));
    canvas_.end_group();
  }

  void ties() {
    for (const AuditCrossover& crossover : record_.crossovers) {
      if (crossover.state != CrossoverState::crosses) {
        continue;
      }
      const double tie = *crossover.intensity.point;
      canvas_.begin_group("", crossover.sentence);
      if (crossover.intensity.lower && crossover.intensity.upper) {
        canvas_.path("tie-band",
                     fmt::format("M{0:.1f} {2:.1f}H{1:.1f}V{3:.1f}H{0:.1f}Z", canvas_.px(*crossover.intensity.lower),
                                 canvas_.px(*crossover.intensity.upper), canvas_.y.begin, canvas_.y.end));
      }
      canvas_.path("tie", fmt::format("M{:.1f} {:.1f}V{:.1f}", canvas_.px(tie), canvas_.y.begin, canvas_.y.end));
      canvas_.end_group();
    }
  }

  void tie_labels() {
    double below = 0.0;
    for (const AuditCrossover& crossover : record_.crossovers) {
      if (crossover.state != CrossoverState::crosses) {
        continue;
      }
      const std::string text = fmt::format("{} and {} tie at {}", system(crossover.a).letter,
                                           system(crossover.b).letter, plain_number(*crossover.intensity.point));
      put_by_line(text, canvas_.px(*crossover.intensity.point), canvas_.y.begin - 14.0 - below, "label strong");
      below += kLine;
    }
  }

  /// Right of a vertical line, or left of it where there is no room.
  void put_by_line(const std::string& text, double at, double y, const char* css) {
    const double width = 1.1 * text_width(text, 13.0);
    const bool right = at + 6.0 + width < canvas_.x.end;
    canvas_.places().block({.x = at + (right ? 0.5 : -0.5) * width, .y = y, .width = width + 12.0, .height = kLine});
    canvas_.label(css, at + (right ? 6.0 : -6.0), y + 4.5, right ? "start" : "end", text);
  }

  void mission() {
    std::optional<double> intensity;
    for (const AuditSystem& one : record_.systems) {
      intensity = one.lighthouse.intensity && has_roofs(one) ? one.lighthouse.intensity : intensity;
    }
    if (!intensity) {
      return;
    }
    canvas_.path("mission",
                 fmt::format("M{:.1f} {:.1f}V{:.1f}", canvas_.px(*intensity), canvas_.y.begin, canvas_.y.end));
    put_by_line(fmt::format("{} {}", narrow_ ? "mission" : "lighthouse,", plain_number(*intensity)),
                canvas_.px(*intensity), canvas_.y.end + 12.0, "label");
  }

  void points(std::size_t i) {
    const AuditSystem& one = system(i);
    if (!has_roofs(one) || !one.lighthouse.intensity) {
      return;
    }
    const double at = canvas_.px(*one.lighthouse.intensity);
    canvas_.begin_group(
        "", fmt::format("{}: predicted {} ({}), measured {}", title_of(one), throughput_text(one.predicted.value),
                        name_of(one.predicted.kind), throughput_text(one.throughput.value)));
    canvas_.marker(i, true, at, canvas_.py(*attainable_at(one.roofs, *one.lighthouse.intensity).point));
    if (const auto rate = measured_rate(one)) {
      if (rate->lower && rate->upper) {
        canvas_.path("bar " + hue_of(i), fmt::format("M{0:.1f} {1:.1f}V{2:.1f}m-5 0h10M{3:.1f} {1:.1f}h10", at,
                                                     canvas_.py(*rate->lower), canvas_.py(*rate->upper), at - 5.0));
      }
      canvas_.marker(i, false, at, canvas_.py(*rate->point));
    }
    canvas_.end_group();
  }

  void point_label(std::size_t i) {
    const AuditSystem& one = system(i);
    if (!has_roofs(one) || !one.lighthouse.intensity) {
      return;
    }
    const auto rate = measured_rate(one);
    const double y = rate ? *rate->point : *attainable_at(one.roofs, *one.lighthouse.intensity).point;
    const std::string text = !rate ? fmt::format("{} {}", one.letter, name_of(one.predicted.kind))
                             : narrow_ || !one.share.point ? fmt::format("{} measured", one.letter)
                                                           : fmt::format("{} measured, {:.0f} % of its roof",
                                                                         one.letter, 100.0 * *one.share.point);
    if (!canvas_.label_beside("label strong hue " + hue_of(i), text, canvas_.px(*one.lighthouse.intensity),
                              canvas_.py(y))) {
      (void)canvas_.label_beside("label strong hue " + hue_of(i), one.letter, canvas_.px(*one.lighthouse.intensity),
                                 canvas_.py(y));
    }
  }

  /// Above its line, turned as the line is, as far left as there is room.
  void slope_label(std::size_t i) {
    const AuditSystem& one = system(i);
    if (!has_roofs(one)) {
      return;
    }
    const double beta = *one.roofs.bandwidth.point;
    const double from = std::max(canvas_.x.lower, canvas_.y.lower / beta);
    const double to = std::min(canvas_.x.upper, *one.roofs.peak.point / beta);
    const std::string full =
        fmt::format("{} {} {}", one.letter, one.roofs.level, ceiling_value_text(beta, "B/s", Charset::utf8));
    const double dx = canvas_.px(to) - canvas_.px(from);
    const double dy = canvas_.y.position(beta * to) - canvas_.y.position(beta * from);
    const double angle = std::atan2(dy, dx);
    for (const std::string& text : {full, one.letter}) {
      const double width = 1.1 * text_width(text, 13.0);
      for (double along = 0.12; along < 0.9; along += 0.06) {
        for (const double side : {-1.0, 1.0}) {
          const double x = canvas_.px(from) + along * dx - side * 12.0 * std::sin(angle);
          const double y = canvas_.y.position(beta * from) + along * dy + side * 12.0 * std::cos(angle);
          if (std::hypot(dx, dy) > width && canvas_.places().take({x, y, width, kLine, angle})) {
            canvas_.label("label strong hue " + hue_of(i), x - 4.0 * std::sin(angle), y + 4.0 * std::cos(angle),
                          "middle", text, angle * 180.0 / std::numbers::pi);
            return;
          }
        }
      }
    }
  }

  /// In the margin, one under the other, joined to their lines; in a narrow chart on the line.
  void peak_labels() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < record_.systems.size(); ++i) {
      if (has_roofs(system(i))) {
        order.push_back(i);
      }
    }
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return *system(i).roofs.peak.point; });
    double free = canvas_.y.end - 2.0 * kLine;
    for (const std::size_t i : order) {
      const AuditRoofs& roofs = system(i).roofs;
      const std::string rate = ceiling_value_text(*roofs.peak.point, roofs.work_unit + "/s", Charset::utf8);
      const double at = canvas_.py(*roofs.peak.point);
      if (narrow_) {
        narrow_peak_label(i, at, fmt::format("{} {}", system(i).letter, rate));
        continue;
      }
      const double y = std::max(at, free + 2.3 * kLine);
      free = y;
      const double x = canvas_.x.end + 18.0;
      canvas_.path("leader", fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}", canvas_.x.end, at, x - 4.0, y));
      canvas_.label("label strong hue " + hue_of(i), x, y + 1.0, "start", fmt::format("{} {}", system(i).letter, rate));
      canvas_.label("label small", x, y + 1.0 + kLine, "start", clipped(kind_text(system(i)), 26));
    }
  }

  /// Above its line or below it, further left where peaks are alike.
  void narrow_peak_label(std::size_t i, double at, const std::string& text) {
    const double width = 1.1 * text_width(text, 13.0);
    for (const double right : {canvas_.x.end - 4.0, canvas_.x.end - 10.0 - width}) {
      for (const double dy : {-11.0, 12.0}) {
        if (canvas_.places().take({.x = right - 0.5 * width, .y = at + dy, .width = width, .height = kLine - 2.0})) {
          canvas_.label("label strong hue " + hue_of(i), right, at + dy + 4.5, "end", text);
          return;
        }
      }
    }
  }

  const AuditRecord& record_;
  bool narrow_;
  AuditCanvas& canvas_;
};

std::string description_of(const AuditRecord& record) {
  std::string text = "Work per second against work per byte, both logarithmic.";
  for (const AuditSystem& system : record.systems) {
    text += has_roofs(system) ? fmt::format(" {}: peak {}, {} {}, ridge {}.", title_of(system), peak_text(system.roofs),
                                            system.roofs.level, bandwidth_text(system.roofs), ridge_text(system.roofs))
                              : fmt::format(" {}: no roofs.", title_of(system));
  }
  for (const AuditCrossover& crossover : record.crossovers) {
    text += " " + crossover.sentence + ".";
  }
  return text;
}

}  // namespace

Html audit_roofline_chart(const AuditRecord& record, const AuditChartSize& size) {
  if (std::ranges::none_of(record.systems, has_roofs)) {
    return {};
  }
  AuditCanvas canvas(size, "Comparative roofline of all systems", description_of(record));
  Chart(record, size, canvas).draw();
  return canvas.finish();
}

}  // namespace assay
