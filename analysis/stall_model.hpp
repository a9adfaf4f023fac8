#pragma once

#include "analysis/percentile.hpp"
#include "harness/time.hpp"

namespace assay {

/// A query that needs `service_time`, and the length of the stalls that hit some queries: a scheduler's quantum, a
/// burst of another thread.
struct StalledService {
  Nanoseconds service_time{0};
  Nanoseconds stall{0};
};

/// The two-point law of stalls: a query takes T, or with probability `hit_probability` T + q.
struct StallLaw {
  StalledService service;
  double hit_probability = 0.0;
};

/// Probability that at least one of the stalls, a Poisson process, begins within the service time: 1 - exp(-rate T).
[[nodiscard]] double hit_probability(double stalls_per_s, Nanoseconds service_time);

/// The 1 % law: rate of stalls at which exactly 1 - p of the queries are hit, -ln(p) / T; 0.01005 / T for p99. Just
/// below it the percentile does not feel the stalls, just above it is one stall longer. Throws std::invalid_argument
/// unless T > 0.
[[nodiscard]] double critical_rate_per_s(Nanoseconds service_time, Percentile percentile);

/// The same law for another thread that is given the core in quanta q: the share s of the core at which the percentile
/// jumps, e q / (T + e q) with e = 1 - p. It follows from the share of queries hit, s T / ((1 - s) q), set to e.
/// Throws std::invalid_argument unless T > 0 and q > 0.
[[nodiscard]] double critical_share(const StalledService& service, Percentile percentile);

/// The percentile of the law in nanoseconds: T while no more than 1 - p are hit, else T + q.
[[nodiscard]] double stall_law_percentile_ns(const StallLaw& law, Percentile percentile);

/// What mean + z sd of the law gives instead: T + q (h + z sqrt(h (1 - h))), h the hit probability and z the normal
/// quantile of p (2.326 for p99). Too high where h <= 1 - p, too low up to balanced_hit_probability(), too high again
/// above it.
[[nodiscard]] double stall_law_normal_formula_ns(const StallLaw& law, Percentile percentile);

/// Hit probability at which the normal formula is right by accident: 1 / (1 + z^2), 15.6 % for p99.
[[nodiscard]] double balanced_hit_probability(Percentile percentile);

}  // namespace assay
