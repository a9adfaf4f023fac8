#pragma once

#include <span>
#include <string>
#include <string_view>

#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"
#include "analysis/terminal_histogram.hpp"

namespace assay {

inline constexpr std::size_t kTextColumns = 80;

/// `raw` in lines of at most 80 columns, broken at spaces; the first begins with `first`, the others with as many
/// spaces.
[[nodiscard]] std::string wrapped_text(std::string_view first, std::string_view raw);

/// The parts of roofline_text(), each with a heading that says what its rows and columns are.
[[nodiscard]] std::string flat_table(const RooflineMeasurement& measurement, const Roofline& roofline,
                                     const TextStyle& style);
[[nodiscard]] std::string slope_table(const RooflineMeasurement& measurement, const Roofline& roofline,
                                      const TextStyle& style);
[[nodiscard]] std::string ridge_table(const RooflineMeasurement& measurement, const Roofline& roofline,
                                      const TextStyle& style);
[[nodiscard]] std::string latency_table(const RooflineMeasurement& measurement, const Roofline& roofline,
                                        const TextStyle& style);
[[nodiscard]] std::string dot_list(std::span<const PlacedDot> dots, const TextStyle& style);
/// A row for each layer of a workload; empty where there are none.
[[nodiscard]] std::string layer_table(const RooflineMeasurement& measurement, const Roofline& roofline,
                                      std::span<const PlacedDot> dots, const TextStyle& style);
/// Subjects without a ceiling, with the reason.
[[nodiscard]] std::string missing_list(const RooflineMeasurement& measurement, const Roofline& roofline);

}  // namespace assay
