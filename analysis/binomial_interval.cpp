#include "analysis/binomial_interval.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "analysis/binomial_distribution.hpp"

namespace assay {
namespace {

void require_sensible(BinomialCount count, double confidence) {
  const bool in_order = count.successes >= 0.0 && count.successes <= count.trials;
  if (!in_order || !(confidence > 0.0 && confidence < 1.0)) {
    throw std::invalid_argument(
        fmt::format("{} successes of {} trials at confidence {}: successes must not exceed the "
                    "trials, the confidence must lie between 0 and 1",
                    count.successes, count.trials, confidence));
  }
}

}  // namespace

ShareInterval clopper_pearson(BinomialCount count, double confidence) {
  require_sensible(count, confidence);
  const double tail = (1.0 - confidence) / 2.0;
  const double failures = count.trials - count.successes;
  ShareInterval interval;
  if (count.successes > 0.0) {
    interval.lower = beta_quantile(count.successes, failures + 1.0, tail);
  }
  if (failures > 0.0) {
    interval.upper = beta_quantile(count.successes + 1.0, failures, 1.0 - tail);
  }
  return interval;
}

ShareInterval wilson(BinomialCount count, double confidence) {
  require_sensible(count, confidence);
  if (count.trials == 0.0) {
    return {};
  }
  const double z = normal_quantile(0.5 + confidence / 2.0);
  const double n = count.trials;
  const double share = count.successes / n;
  const double centre = share + z * z / (2.0 * n);
  const double half_width = z * std::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
  const double scale = 1.0 + z * z / n;
  return {.lower = std::max(0.0, (centre - half_width) / scale), .upper = std::min(1.0, (centre + half_width) / scale)};
}

}  // namespace assay
