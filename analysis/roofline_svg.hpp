#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"

namespace assay {

/// Which roofs an SVG shows. Zero threads and an empty data type: those of main_set().
struct RooflineSvgOptions {
  std::size_t threads = 0;
  std::string dtype;
  std::string work_unit = "flop";
  int width = 900;  ///< of the coordinates, in pixels; letters stay as large, so that 560 suits a narrow column
  int height = 620;
};

/// One chart as a self-contained SVG: no script, nothing fetched, light or dark as the viewer prefers, every text of
/// the measurement escaped. Hard roofs as thick lines, the round knee with its 95 % band through the measured settings
/// of the dial (with error bars), lower and higher ceilings as thin lines, work as labelled dots. Where the set has no
/// flat roof, the SVG says why. Throws std::invalid_argument for a picture under 400 x 300, and where there is no such
/// set, naming those there are.
[[nodiscard]] std::string roofline_svg(const RooflineMeasurement& measurement, const Roofline& roofline,
                                       std::span<const PlacedDot> dots, const RooflineSvgOptions& options = {});

}  // namespace assay
