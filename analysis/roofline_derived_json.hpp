#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "analysis/roofline.hpp"
#include "analysis/roofline_dots.hpp"

namespace assay {

/// The member "derived" of a roofline file: verdict, ceilings, roofs with ridges and knees, dots. Subjects are named by
/// their ids. Seven digits: the last bits of logarithms differ between C libraries.
[[nodiscard]] nlohmann::ordered_json derived_json(const RooflineMeasurement& measurement, const Roofline& roofline,
                                                  std::span<const PlacedDot> dots);

}  // namespace assay
