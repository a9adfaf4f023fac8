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
  if (count.trials <= 0.0) {
    return {};
  }
  const double z = normal_quantile(1.0 - (1.0 - confidence) / 2.0);
  const double share = count.successes / count.trials;
  const double weight = z * z / count.trials;
  const double center = share + weight / 2.0;
  const double half = z * std::sqrt(share * (1.0 - share) / count.trials + weight / (4.0 * count.trials));
  return {.lower = std::max(0.0, (center - half) / (1.0 + weight)),
          .upper = std::min(1.0, (center + half) / (1.0 + weight))};
}

}  // namespace assay
