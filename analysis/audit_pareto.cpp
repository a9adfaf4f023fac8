#include "analysis/audit_pareto.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "analysis/independent_ratio.hpp"
#include "analysis/paired_ratio.hpp"
#include "analysis/repeat_ratio.hpp"

namespace assay {
namespace {

bool is_number(const AuditFigure& figure) {
  return figure.kind == FigureKind::given || figure.kind == FigureKind::datasheet;
}

/// With what is a number taken for an interval of no width.
EstimateRecord with_limits(const AuditFigure& figure) {
  EstimateRecord value = figure.value;
  if (is_number(figure)) {
    value.lower = value.upper = value.point;
  }
  return value;
}

/// B over A with its interval.
EstimateRecord ratio_on(const AuditSystem& a, const AuditSystem& b, const std::string& axis) {
  const auto& repeats_a = axis == "p99" ? a.lighthouse.p99_s : a.lighthouse.samples_per_s;
  const auto& repeats_b = axis == "p99" ? b.lighthouse.p99_s : b.lighthouse.samples_per_s;
  if ((axis == "p99" || axis == "throughput") && !repeats_a.empty() && !repeats_b.empty()) {
    return repeat_ratio(repeats_a, repeats_b).ratio;
  }
  return independent_ratio(with_limits(figure_on(b, axis)), with_limits(figure_on(a, axis)),
                           {.numerator = "a figure", .denominator = "a figure"});
}

std::string words_of(const std::vector<std::string>& axes) { return fmt::format("{}", fmt::join(axes, " and ")); }

/// What the orders on the axes say of "`by` dominates `of`".
struct Dominance {
  std::vector<std::string> better;
  std::vector<std::string> worse;
  std::vector<std::string> undecided;

  [[nodiscard]] bool shown() const { return !better.empty() && worse.empty() && undecided.empty(); }
  [[nodiscard]] bool may_be() const { return worse.empty() && !undecided.empty() && !better.empty(); }
};

Dominance dominance(const AuditSystem& by, const AuditSystem& of, const std::vector<AuditAxis>& axes) {
  Dominance found;
  for (const AuditAxis& axis : axes) {
    if (!axis.used) {
      continue;
    }
    switch (order_on(by, of, axis)) {
      case AxisOrder::better:
        found.better.push_back(axis.title);
        break;
      case AxisOrder::worse:
        found.worse.push_back(axis.title);
        break;
      case AxisOrder::undecided:
        found.undecided.push_back(axis.title);
        break;
      case AxisOrder::equal:
        break;
    }
  }
  return found;
}

void judge(ParetoPoint& point, std::size_t at, const std::vector<AuditSystem>& systems,
           const std::vector<ParetoPoint>& points, const std::vector<AuditAxis>& axes) {
  std::string doubt;
  for (std::size_t other = 0; other < systems.size(); ++other) {
    if (other == at || !points[other].placed) {
      continue;
    }
    const Dominance found = dominance(systems[other], systems[at], axes);
    if (found.shown() && !point.dominated_by) {
      point.dominated_by = other;
      point.sentence = fmt::format("dominated by {}, which is better in {} and no worse in the rest",
                                   systems[other].letter, words_of(found.better));
    } else if (found.may_be()) {
      doubt = fmt::format("; {} would dominate it but for {}, where the intervals do not tell", systems[other].letter,
                          words_of(found.undecided));
    }
  }
  if (!point.dominated_by) {
    point.sentence = "on the front: no other system is shown to be at least as good on every axis" + doubt;
  }
}

}  // namespace

AxisOrder order_on(const AuditSystem& a, const AuditSystem& b, const AuditAxis& axis) {
  EstimateRecord ratio = ratio_on(a, b, axis.name);
  if (!ratio.lower || !ratio.upper) {
    return AxisOrder::undecided;
  }
  if (*ratio.lower > 1.0 / PairedRatio::kRelevant && *ratio.upper < PairedRatio::kRelevant) {
    return AxisOrder::equal;
  }
  const bool b_has_more = *ratio.lower > 1.0;
  const bool a_has_more = *ratio.upper < 1.0;
  if (!a_has_more && !b_has_more) {
    return AxisOrder::undecided;
  }
  return a_has_more == axis.higher_is_better ? AxisOrder::better : AxisOrder::worse;
}

std::vector<AuditAxis> audit_axes(const std::vector<std::string>& names, const std::vector<AuditSystem>& systems) {
  const std::vector<AuditAxis> known{{.name = "throughput", .title = "throughput", .higher_is_better = true},
                                     {.name = "p99", .title = "P99", .higher_is_better = false},
                                     {.name = "watts", .title = "power", .higher_is_better = false},
                                     {.name = "price", .title = "price", .higher_is_better = false}};
  std::vector<AuditAxis> axes;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(known, name, &AuditAxis::name);
    if (found == known.end() || std::ranges::find(axes, name, &AuditAxis::name) != axes.end()) {
      throw std::invalid_argument(
          fmt::format("axis '{}': name each of throughput, p99, watts and price at most once", name));
    }
    AuditAxis axis = *found;
    std::size_t measured = 0;
    for (const AuditSystem& system : systems) {
      const AuditFigure& figure = figure_on(system, name);
      if (!system.measured()) {
        continue;
      }
      ++measured;
      if (!figure.value.point && axis.reason.empty()) {
        axis.reason = fmt::format("not available of {}: {}", system.letter, figure.value.reason);
      }
    }
    axis.used = axis.reason.empty() && measured > 0;
    if (measured == 0) {
      axis.reason = "nothing was measured";
    }
    axes.push_back(axis);
  }
  return axes;
}

std::vector<ParetoPoint> pareto_points(const std::vector<AuditSystem>& systems, const std::vector<AuditAxis>& axes) {
  std::vector<ParetoPoint> points(systems.size());
  const bool any = std::ranges::any_of(axes, &AuditAxis::used);
  for (std::size_t i = 0; i < systems.size(); ++i) {
    points[i].placed = any && systems[i].measured();
    if (!points[i].placed) {
      points[i].sentence = systems[i].measured()
                               ? "not placed: no axis has a figure of every measured system"
                               : "not placed: nothing was measured on it, and a projection is a bound, not a result";
    }
  }
  for (std::size_t i = 0; i < systems.size(); ++i) {
    if (points[i].placed) {
      judge(points[i], i, systems, points, axes);
    }
  }
  return points;
}

}  // namespace assay
