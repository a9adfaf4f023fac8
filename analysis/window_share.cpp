#include "analysis/window_share.hpp"

#include <algorithm>
#include <stdexcept>

#include "analysis/effective_sample_size.hpp"

namespace assay {

WindowShare window_share(const LatencyDistribution& distribution, PercentileLimit window, double confidence) {
  if (distribution.count() == 0) {
    throw std::invalid_argument("the share of no latencies was asked for");
  }
  const auto count = static_cast<double>(distribution.count());
  const double within = (count - static_cast<double>(distribution.count_over(window.limit))) / count;
  const auto effective_at = [&distribution](Nanoseconds threshold) {
    return effective_sample_size(distribution.in_time_order(), threshold.count());
  };
  const double effective = std::min(effective_at(window.limit), effective_at(distribution.at(window.percentile)));
  return {.within = within,
          .interval = clopper_pearson({.successes = within * effective, .trials = effective}, confidence),
          .effective_sample_size = effective};
}

}  // namespace assay
