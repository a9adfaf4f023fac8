#pragma once

#include <vector>

#include "analysis/roofline.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// Every reason why the roofline as a whole is INVALID, with what to try; empty if it is VALID. A subject that this
/// machine does not have, or a ceiling that lacks samples and was never faster than the roof, is no reason: it stands
/// in its own row.
///
/// Codes: interrupted, too_few_rounds, no_flat_roof, no_slope, roof_in_doubt, implausible, output_check.
[[nodiscard]] std::vector<InvalidReason> roofline_problems(const RooflineMeasurement& measurement,
                                                           const Roofline& roofline);

}  // namespace assay
