#include "analysis/independent_ratio.hpp"

#include <cmath>
#include <stdexcept>

namespace assay {

std::optional<double> log_half_width(const EstimateRecord& estimate) {
  if (!estimate.lower || !estimate.upper || !(*estimate.lower > 0.0) || !(*estimate.upper >= *estimate.lower)) {
    return std::nullopt;
  }
  return 0.5 * std::log(*estimate.upper / *estimate.lower);
}

EstimateRecord independent_ratio(const EstimateRecord& numerator, const EstimateRecord& denominator,
                                 const RatioNames& names) {
  if (!(numerator.point.value_or(0.0) > 0.0) || !(denominator.point.value_or(0.0) > 0.0)) {
    throw std::invalid_argument("a ratio of estimates: a point is missing or not positive");
  }
  EstimateRecord ratio{.point = *numerator.point / *denominator.point,
                       .lower = {},
                       .upper = {},
                       .confidence = denominator.confidence,
                       .reason = ""};
  const auto above = log_half_width(numerator);
  const auto below = log_half_width(denominator);
  if (above && below) {
    const double half_width = std::hypot(*above, *below);
    ratio.lower = *ratio.point * std::exp(-half_width);
    ratio.upper = *ratio.point * std::exp(half_width);
  } else {
    ratio.reason = (above ? names.denominator : names.numerator) + " has no interval";
  }
  return ratio;
}

EstimateRecord scaled(EstimateRecord estimate, double factor) {
  for (std::optional<double>* value : {&estimate.point, &estimate.lower, &estimate.upper}) {
    if (*value) {
      **value *= factor;
    }
  }
  return estimate;
}

}  // namespace assay
