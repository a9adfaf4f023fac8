#pragma once

#include "analysis/latency_distribution.hpp"
#include "analysis/percentile.hpp"
#include "analysis/run_document.hpp"

namespace assay {

/// What the result file keeps of a distribution, in seconds: p50, p90, p95, p97, p99 and p99.9 with 95 % intervals,
/// moments, extremes, the exact histogram, and the effective sample size at `target`. What is
/// infinite is absent, with the reason beside the percentile.
[[nodiscard]] LatencyRecord latency_record(const LatencyDistribution& distribution, Percentile target);

/// One percentile with its 95 % interval, in seconds.
[[nodiscard]] EstimateRecord latency_estimate(const LatencyDistribution& distribution, Percentile percentile);

}  // namespace assay
