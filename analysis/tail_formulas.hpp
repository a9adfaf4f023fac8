#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/format.hpp"
#include "analysis/latency_distribution.hpp"
#include "analysis/percentile.hpp"
#include "harness/unavailable.hpp"

namespace assay {

/// A law that mean and standard deviation alone are taken to decide; cantelli is the bound that holds for every law.
enum class TailLaw { normal, gamma, log_normal, shifted_exponential, cantelli };

/// The percentile p, in nanoseconds, of the law with these moments (m the mean, d the standard deviation, z the normal
/// quantile of p):
///     normal               m + z d, 2.326 d for p99
///     gamma                shape (m / d)^2, scale d^2 / m
///     log_normal           exp(mu + z s), s^2 = ln(1 + (d / m)^2), mu = ln m - s^2 / 2
///     shifted_exponential  m + d (-ln(1 - p) - 1): from m - d on
///     cantelli             m + d sqrt(p / (1 - p)), 9.95 d for p99: no law has more (Cantelli 1928)
/// Throws std::invalid_argument for p100, for a mean that is not above 0, and for a deviation below 0.
[[nodiscard]] double percentile_ns_of(TailLaw law, const Moments& moments, Percentile percentile);

/// What one formula says of a percentile, against what was measured.
struct TailFormula {
  std::string name;  ///< "normal", "log-normal", "Cantelli", "measured"
  double value_ns = 0.0;
  double ratio_to_measured = 0.0;
  double share_above = 0.0;  ///< of the observations that were longer than the value
};

/// Formulas for a percentile beside the percentile itself.
struct TailFormulas {
  Percentile percentile;
  std::uint64_t count = 0;
  Moments moments;
  double median_ns = 0.0;
  /// Share of the sum of squared deviations from the mean that the observations above the measured percentile carry.
  double variance_share_above = 0.0;
  TailFormula normal;
  TailFormula log_normal;
  TailFormula cantelli;
  TailFormula measured;

  /// In that order, the measured one last.
  [[nodiscard]] std::vector<TailFormula> rows() const;
};

/// Unavailable where nothing was observed, the mean is infinite (a query was lost), the measured percentile is 0 ns, or
/// p100 was asked for, at which no formula is finite.
[[nodiscard]] Reading<TailFormulas> tail_formulas(const LatencyDistribution& distribution, Percentile percentile);

/// In one or two sentences which way mean + z sd errs on these observations, and why: about right within 10 %, else
/// too high or too low. Says only what was computed from them.
[[nodiscard]] std::string normal_formula_sentence(const TailFormulas& formulas, Charset charset = Charset::utf8);

}  // namespace assay
