#pragma once

#include <string>

#include "analysis/format.hpp"
#include "analysis/roofline.hpp"
#include "analysis/roofline_measurement.hpp"

namespace assay {

/// For a GPU's roofline, its shares of the datasheet, or why there are none; empty for a processor's.
[[nodiscard]] std::string gpu_shares_text(const RooflineMeasurement& measurement, const Roofline& roofline,
                                          Charset charset);

}  // namespace assay
