#pragma once

#include <cstddef>
#include <string>

#include "analysis/audit_record.hpp"
#include "analysis/format.hpp"

namespace assay {

// How the figures of an audit read, the same in the terminal, on the page and in the memo.

/// "1.02 k samples/s [1.01, 1.03]", without the kind; "not available" without a point.
[[nodiscard]] std::string throughput_text(const EstimateRecord& value);
[[nodiscard]] std::string peak_text(const AuditRoofs& roofs);
[[nodiscard]] std::string bandwidth_text(const AuditRoofs& roofs);
[[nodiscard]] std::string ridge_text(const AuditRoofs& roofs);
[[nodiscard]] std::string intensity_text(const AuditSystem& system);

/// By the name of an axis or a metric: "7.30 ms [6.61, 8.02]", "65.0 W", "$1,200".
[[nodiscard]] std::string figure_text(const AuditFigure& figure, const std::string& what, Charset charset);

/// At most `longest` bytes, cut between characters, with "..." where something was left out: a file may hold megabytes.
[[nodiscard]] std::string clipped(std::string text, std::size_t longest = 160);

/// The figure behind a metric's name.
[[nodiscard]] const AuditFigure& metric_figure(const AuditSystem& system, const std::string& metric);

}  // namespace assay
