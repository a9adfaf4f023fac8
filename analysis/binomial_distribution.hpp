#pragma once

#include <cstdint>

namespace assay {

/// Number of successes in `trials` independent trials.
struct BinomialDistribution {
  std::uint64_t trials = 0;
  double success = 0.0;  ///< probability of one success, in [0, 1]

  /// P(X <= k), by the regularised incomplete beta function I_{1-success}(trials - k, k + 1): no sum, no normal
  /// approximation, accurate for trials up to 10^8 and beyond.
  [[nodiscard]] double cdf(std::uint64_t k) const;
};

/// The x with I_x(a, b) = probability, for a, b > 0: quantile of the beta distribution.
[[nodiscard]] double beta_quantile(double a, double b, double probability);

/// The z with Phi(z) = probability, 0 < probability < 1: quantile of the standard normal distribution.
[[nodiscard]] double normal_quantile(double probability);

}  // namespace assay
