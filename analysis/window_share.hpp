#pragma once

#include "analysis/binomial_interval.hpp"
#include "analysis/latency_distribution.hpp"
#include "harness/time.hpp"

namespace assay {

/// Share of the latencies that kept a limit; lost ones did not.
struct WindowShare {
  double within = 0.0;
  ShareInterval interval;              ///< exact two-sided, for the effective sample size
  double effective_sample_size = 0.0;  ///< of the indicator "over the limit"
};

/// Throws std::invalid_argument if nothing was observed.
[[nodiscard]] WindowShare window_share(const LatencyDistribution& distribution, Nanoseconds limit, double confidence);

}  // namespace assay
