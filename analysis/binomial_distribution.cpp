#include "analysis/binomial_distribution.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

namespace assay {

double BinomialDistribution::cdf(std::uint64_t k) const {
  if (k >= trials || success <= 0.0) {
    return 1.0;
  }
  if (success >= 1.0) {
    return 0.0;
  }
  // The complement in the argument success keeps the digits that 1 - success would lose.
  return boost::math::ibetac(static_cast<double>(k) + 1.0, static_cast<double>(trials - k), success);
}

double beta_quantile(double a, double b, double probability) { return boost::math::ibeta_inv(a, b, probability); }

double normal_quantile(double probability) { return -std::sqrt(2.0) * boost::math::erfc_inv(2.0 * probability); }

}  // namespace assay
