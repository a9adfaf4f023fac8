#pragma once

#include <string>

#include "analysis/datasheet_record.hpp"
#include "analysis/format.hpp"
#include "analysis/roofline.hpp"
#include "analysis/roofline_measurement.hpp"

namespace assay {

/// A table of what was measured against what the vendor states: every usable flat ceiling whose data type the datasheet
/// has (bf16 is its f16), and every slope of the memory level `memory`. Roof and median, each as a share of the stated
/// figure with its interval. What the datasheet does not have is named below. The stated figures were not measured.
[[nodiscard]] std::string stated_shares_text(const RooflineMeasurement& measurement, const Roofline& roofline,
                                             const Datasheet& datasheet, const std::string& memory, Charset charset);

}  // namespace assay
