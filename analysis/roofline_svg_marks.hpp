#pragma once

#include "analysis/html.hpp"
#include "analysis/roofline_scene.hpp"

namespace assay {

struct PictureSize {
  int width = 900;
  int height = 620;
};

/// Axes, roofs, curves, points and dots of a roofline's SVG, below a heading of 60 pixels and above a caption of three
/// lines.
void put_roofline_marks(Html& svg, const RooflineMeasurement& measurement, const Roofline& roofline,
                        const RooflineScene& scene, const PictureSize& size);

}  // namespace assay
