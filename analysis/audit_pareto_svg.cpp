#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/audit_charts.hpp"
#include "analysis/audit_figures.hpp"

namespace assay {
namespace {

std::pair<double, const char*> unit_on(const std::string& axis, double largest) {
  if (axis == "throughput") {
    return {1.0, "samples/s"};
  }
  if (axis == "p99") {
    return largest < 1e-3 ? std::pair(1e-6, "µs") : largest < 1.0 ? std::pair(1e-3, "ms") : std::pair(1.0, "s");
  }
  return {1.0, axis == "watts" ? "W" : "$"};
}

/// From half of the least to twice the largest.
LogAxis axis_for(const AuditRecord& record, const AuditAxis& axis) {
  LogAxis found{.lower = INFINITY, .upper = 0.0};
  for (std::size_t i = 0; i < record.systems.size(); ++i) {
    if (record.pareto[i].placed) {
      const EstimateRecord& value = figure_on(record.systems[i], axis.name).value;
      found.lower = std::min(found.lower, value.lower.value_or(*value.point));
      found.upper = std::max(found.upper, value.upper.value_or(*value.point));
    }
  }
  found.lower /= 1.6;
  found.upper *= 1.6;
  return found;
}

void put_point(AuditCanvas& canvas, const AuditRecord& record, std::size_t i, const AuditAxis& across,
               const AuditAxis& up) {
  const AuditSystem& system = record.systems[i];
  const EstimateRecord& x = figure_on(system, across.name).value;
  const EstimateRecord& y = figure_on(system, up.name).value;
  const double at_x = canvas.px(*x.point);
  const double at_y = canvas.py(*y.point);
  const bool dominated = record.pareto[i].dominated_by.has_value();
  canvas.begin_group(dominated ? "dominated" : "", fmt::format("{}: {}", title_of(system), record.pareto[i].sentence));
  if (x.lower && x.upper) {
    canvas.path("bar " + hue_of(i), fmt::format("M{0:.1f} {2:.1f}H{1:.1f}m0 -5v10M{0:.1f} {3:.1f}v10",
                                                canvas.px(*x.lower), canvas.px(*x.upper), at_y, at_y - 5.0));
  }
  if (y.lower && y.upper) {
    canvas.path("bar " + hue_of(i), fmt::format("M{0:.1f} {1:.1f}V{2:.1f}m-5 0h10M{3:.1f} {1:.1f}h10", at_x,
                                                canvas.py(*y.lower), canvas.py(*y.upper), at_x - 5.0));
  }
  canvas.marker(i, dominated, at_x, at_y);
  canvas.end_group();
  if (dominated) {
    canvas.path("cross", fmt::format("M{:.1f} {:.1f}l16 16m0 -16l-16 16", at_x - 8.0, at_y - 8.0));
  }
}

}  // namespace

Html audit_pareto_chart(const AuditRecord& record, const AuditChartSize& size) {
  std::vector<const AuditAxis*> used;
  for (const AuditAxis& axis : record.axes) {
    if (axis.used) {
      used.push_back(&axis);
    }
  }
  if (used.size() < 2) {
    return {};
  }
  const AuditAxis& across = *used[0];
  const AuditAxis& up = *used[1];
  std::string description;
  for (std::size_t i = 0; i < record.systems.size(); ++i) {
    description += fmt::format("{}: {}. ", title_of(record.systems[i]), record.pareto[i].sentence);
  }
  AuditCanvas canvas(size, fmt::format("Pareto front: {} against {}", up.title, across.title), description);
  canvas.x = axis_for(record, across);
  canvas.y = axis_for(record, up);
  canvas.x.begin = 64.0;
  canvas.x.end = size.width - 24.0;
  canvas.y.begin = size.height - 50.0;
  canvas.y.end = 32.0;
  const auto [x_unit, x_name] = unit_on(across.name, canvas.x.upper);
  const auto [y_unit, y_name] = unit_on(up.name, canvas.y.upper);
  const auto better = [](const AuditAxis& axis) { return axis.higher_is_better ? "more is better" : "less is better"; };
  canvas.axes(x_unit, fmt::format("{}, {} ({})", across.title, x_name, better(across)), y_unit,
              fmt::format("{}, {} ({})", up.title, y_name, better(up)));
  for (std::size_t i = 0; i < record.systems.size(); ++i) {
    if (record.pareto[i].placed) {
      put_point(canvas, record, i, across, up);
    }
  }
  for (std::size_t i = 0; i < record.systems.size(); ++i) {
    if (!record.pareto[i].placed) {
      continue;
    }
    const auto dominated = record.pareto[i].dominated_by;
    const std::string text =
        dominated ? fmt::format("{}, dominated by {}", record.systems[i].letter, record.systems[*dominated].letter)
                  : fmt::format("{}, on the front", record.systems[i].letter);
    (void)canvas.label_beside("label strong hue " + hue_of(i), text,
                              canvas.px(*figure_on(record.systems[i], across.name).value.point),
                              canvas.py(*figure_on(record.systems[i], up.name).value.point));
  }
  return canvas.finish();
}

}  // namespace assay
