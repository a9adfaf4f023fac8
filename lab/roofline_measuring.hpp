#pragma once

#include <optional>
#include <span>
#include <string>

#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"
#include "lab/measurement.hpp"
#include "lab/roofline_options.hpp"

namespace assay {

// What `assay roofline` and `assay tour` share.

struct MeasuredRoofline {
  EngineOutcome outcome;
  std::optional<RooflineMeasurement> measurement;  ///< absent when no file was written
};

/// Measures in a child process. Throws CommandError as roofline_request_from() and read_roofline() do.
[[nodiscard]] MeasuredRoofline measure_roofline(Measurements& measurements, const RooflineOptions& options);

/// Throws CommandError (file) naming the place in the file.
[[nodiscard]] RooflineMeasurement read_roofline(const std::string& path);

/// Writes the chart to `svg`, or where that is empty beside the result file; returns the chart's file, or why there is
/// none.
[[nodiscard]] std::string write_roofline_chart(const RooflineMeasurement& measurement, const Roofline& roofline,
                                               std::span<const PlacedDot> dots, const std::string& svg,
                                               const std::string& result_file);

}  // namespace assay
