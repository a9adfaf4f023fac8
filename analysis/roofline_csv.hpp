#pragma once

#include <span>
#include <string>

#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"

namespace assay {

/// RFC 4180 with a heading: one row a ceiling (compute, bandwidth, intensity, latency), a ridge of each level, and a
/// placed dot. Columns carry their unit; a cell is empty where it does not apply or was not measured, and the column
/// "reason" says why.
[[nodiscard]] std::string roofline_csv(const RooflineMeasurement& measurement, const Roofline& roofline,
                                       std::span<const PlacedDot> dots);

}  // namespace assay
