#pragma once

#include "analysis/binomial_interval.hpp"
#include "analysis/latency_distribution.hpp"
#include "analysis/percentile.hpp"
#include "harness/time.hpp"

namespace assay {

/// Share of the latencies that kept a limit; lost ones did not.
struct WindowShare {
  double within = 0.0;
  ShareInterval interval;  ///< exact two-sided, for the effective sample size
  double effective_sample_size = 0.0;
};

/// `percentile` of the latencies is meant to be within `limit`.
struct PercentileLimit {
  Percentile percentile;
  Nanoseconds limit;
};

/// The effective sample size is the smaller of those at the limit and at the percentile: where the limit was hardly
/// ever missed, its misses cannot show that they come in clusters, but the slowest queries that there were can.
/// Throws std::invalid_argument if nothing was observed.
[[nodiscard]] WindowShare window_share(const LatencyDistribution& distribution, PercentileLimit window,
                                       double confidence);

}  // namespace assay
