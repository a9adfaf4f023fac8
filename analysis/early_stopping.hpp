#pragma once

#include <cstdint>
#include <optional>

#include "analysis/percentile.hpp"

namespace assay {

/// Early stopping as MLPerf Inference defines it (inference_rules.adoc, appendix "Early Stopping"): with confidence
/// 0.99 and tolerance 0, how many queries a run needs when t of them were over the latency. `slow` is that t. The
/// numbers equal LoadGen's; each is found by bisection in O(log n) evaluations of the incomplete beta function, where
/// LoadGen walks t one by one.
namespace early_stopping {

inline constexpr double kConfidence = 0.99;

/// Smallest n with P(Bin(n, 1 - p) <= slow) <= 1 - 0.99: LoadGen's h(t) + t. 662 for p99 and t = 1.
[[nodiscard]] std::uint64_t minimum_queries(Percentile percentile, std::uint64_t slow);

/// Whether n queries of which `slow` were over the latency show, with confidence 0.99, that the percentile holds.
[[nodiscard]] bool passes(Percentile percentile, std::uint64_t queries, std::uint64_t slow);

/// How many further queries, all within the latency, would make it pass; 0 if it passes.
[[nodiscard]] std::uint64_t queries_missing(Percentile percentile, std::uint64_t queries, std::uint64_t slow);

/// The largest t >= 1 that n queries can afford. The early-stopping estimate is the t-th largest latency,
/// sorted[n - t] counted from 0. Absent when n < minimum_queries(p, 1).
[[nodiscard]] std::optional<std::uint64_t> affordable_slow(Percentile percentile, std::uint64_t queries);

/// About how many queries it takes to pass when the share of slow ones stays what it was; absent when that share is
/// not below 1 - p, so that no number would do. Normal approximation: a hint for a person, not a verdict.
[[nodiscard]] std::optional<std::uint64_t> queries_at_share(Percentile percentile, double slow_share);

}  // namespace early_stopping
}  // namespace assay
