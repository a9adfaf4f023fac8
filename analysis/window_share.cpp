#include "analysis/window_share.hpp"

#include <stdexcept>

#include "analysis/effective_sample_size.hpp"

namespace assay {

WindowShare window_share(const LatencyDistribution& distribution, Nanoseconds limit, double confidence) {
  if (distribution.count() == 0) {
    throw std::invalid_argument("the share of no latencies was asked for");
  }
  const auto count = static_cast<double>(distribution.count());
  const double within = (count - static_cast<double>(distribution.count_over(limit))) / count;
  const double effective = effective_sample_size(distribution.in_time_order(), limit.count());
  return {.within = within,
          .interval = clopper_pearson({.successes = within * effective, .trials = effective}, confidence),
          .effective_sample_size = effective};
}

}  // namespace assay
