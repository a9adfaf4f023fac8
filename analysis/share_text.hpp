#pragma once

#include <string>

#include "analysis/estimate_record.hpp"

namespace assay {

/// A share with its interval, with the digits of format_percent(): "98.2 % [97.7, 98.6]"; the point alone where an end
/// is missing; "not available: " and the reason without a point.
[[nodiscard]] std::string share_text(const EstimateRecord& share);

}  // namespace assay
