#pragma once

#include "analysis/audit_canvas.hpp"
#include "analysis/audit_record.hpp"

namespace assay {

/// The roofs of all systems on one pair of axes, with their intervals shaded; what a datasheet states is dashed. The
/// lighthouse stands on each roof as measured (filled, with its interval) and as predicted (open); ridges and the
/// intensities at which roofs tie are marked. Empty where no system has roofs.
[[nodiscard]] Html audit_roofline_chart(const AuditRecord& record, const AuditChartSize& size);

/// The measured systems on the first two axes in use, with their intervals; what is dominated is faded and crossed out.
/// Empty where fewer than two axes are in use.
[[nodiscard]] Html audit_pareto_chart(const AuditRecord& record, const AuditChartSize& size);

}  // namespace assay
