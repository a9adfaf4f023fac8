#pragma once

#include <span>
#include <string>

#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"
#include "analysis/terminal_histogram.hpp"

namespace assay {

/// A roofline for a terminal of 80 columns: verdict, log-log chart of main_set(), flat roofs, slopes and ridges with
/// intervals, latencies, dots with the ceiling that binds each and the gap to it, and what could not be measured.
/// Control characters in the measurement's texts (a file is untrusted) are shown as '?'.
[[nodiscard]] std::string roofline_text(const RooflineMeasurement& measurement, const Roofline& roofline,
                                        std::span<const PlacedDot> dots, const TextStyle& style);

/// The part of it that a summary needs: verdict, the chart of the set that the dots lie in (else of main_set()) with
/// its roofs, slopes and ridges, and the dots.
[[nodiscard]] std::string roofline_brief_text(const RooflineMeasurement& measurement, const Roofline& roofline,
                                              std::span<const PlacedDot> dots, const TextStyle& style);

}  // namespace assay
