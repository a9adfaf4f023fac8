#pragma once

#include <vector>

#include "analysis/audit_record.hpp"

namespace assay {

/// How one figure stands to another on an axis.
enum class AxisOrder {
  better,     ///< beyond the intervals
  equal,      ///< within 3 % of each other, intervals and all
  worse,      ///< beyond the intervals
  undecided,  ///< the intervals do not tell
};

/// By the interval of their ratio; figures of repeats by Welch's. Figures that somebody typed or stated are numbers
/// without error. A single run has no interval between runs, so it decides nothing.
[[nodiscard]] AxisOrder order_on(const AuditSystem& a, const AuditSystem& b, const AuditAxis& axis);

/// The axes in the order asked for; one is used where every measured system has a figure on it. Throws
/// std::invalid_argument naming the known axes for another name.
[[nodiscard]] std::vector<AuditAxis> audit_axes(const std::vector<std::string>& names,
                                                const std::vector<AuditSystem>& systems);

/// A system is dominated where another is better on at least one axis in use and no worse and not undecided on any. A
/// datasheet is not placed: its throughput is a bound, not a result.
[[nodiscard]] std::vector<ParetoPoint> pareto_points(const std::vector<AuditSystem>& systems,
                                                     const std::vector<AuditAxis>& axes);

}  // namespace assay
