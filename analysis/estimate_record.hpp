#pragma once

#include <optional>
#include <string>

namespace assay {

/// Of every interval that does not say another one.
inline constexpr double kUsualConfidence = 0.95;

/// A point estimate with its confidence interval. `lower`/`upper` are absent when the sample cannot carry
/// them; `reason` then says why and what would be needed ("needs 214 more samples").
/// All values in the unit of the field that holds the estimate; an absent point means infinite or unknown.
struct EstimateRecord {
  std::optional<double> point;
  std::optional<double> lower;
  std::optional<double> upper;
  double confidence = kUsualConfidence;
  std::string reason;
};

}  // namespace assay
