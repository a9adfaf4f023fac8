#pragma once

#include <optional>
#include <string>

#include "analysis/estimate_record.hpp"

namespace assay {

/// Half the width of an interval in logarithms; absent without both limits, or where they are no positive range.
[[nodiscard]] std::optional<double> log_half_width(const EstimateRecord& estimate);

/// For the reason where a ratio has no interval: "the ceiling", "the rate of the run".
struct RatioNames {
  std::string numerator;
  std::string denominator;
};

/// Numerator over denominator of two measurements that share nothing: their relative errors add as squares. Without
/// limits, and with the reason, where one of the two has none. Both points must be there and positive.
[[nodiscard]] EstimateRecord independent_ratio(const EstimateRecord& numerator, const EstimateRecord& denominator,
                                               const RatioNames& names);

/// The estimate in another unit.
[[nodiscard]] EstimateRecord scaled(EstimateRecord estimate, double factor);

}  // namespace assay
