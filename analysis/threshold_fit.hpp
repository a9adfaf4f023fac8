#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "analysis/binomial_interval.hpp"
#include "analysis/percentile.hpp"

namespace assay {

/// One run at a level of disturbance.
struct ThresholdLevel {
  double dose = 0.0;                   ///< as achieved, in the unit of the injector; 0: none
  double effective_trials = 0.0;       ///< queries, scaled down to the effective sample size
  double effective_exceedances = 0.0;  ///< of them over the window, by the same scale

  [[nodiscard]] double share() const { return effective_exceedances / effective_trials; }
};

enum class LevelVerdict { ok, violated, undecided };

/// "ok", "violated", "undecided"
[[nodiscard]] std::string_view name_of(LevelVerdict verdict);

/// Exact two-sided 95 % interval of the share over the window.
[[nodiscard]] ShareInterval share_interval(const ThresholdLevel& level);

/// ok: even the upper limit of the share over the window is at most 1 - p. violated: even the lower limit is above it.
[[nodiscard]] LevelVerdict verdict_of(const ThresholdLevel& level, Percentile percentile);

/// The curve -ln(1 - p(dose)) = intercept + slope dose: the share p of queries that are hit by disturbances which come
/// independently of each other, at a rate that grows with the dose, on top of those that are slow anyway.
struct DoseCurve {
  double intercept = 0.0;  ///< >= 0
  double slope = 0.0;      ///< >= 0

  [[nodiscard]] double share_at(double dose) const;
  /// The dose at which the share is 1 - p, however far beyond the doses that were measured; absent where it is more
  /// at dose 0 already, or the curve is flat.
  [[nodiscard]] std::optional<double> crossing(Percentile percentile) const;
};

/// Where the curve crosses 1 - p: the dose above which the percentile is over the window.
struct ThresholdFit {
  DoseCurve curve;
  std::optional<double> threshold;  ///< absent: see reason
  std::optional<double> lower;      ///< the threshold is above this; 0 where it cannot be told from the baseline
  std::optional<double> upper;      ///< absent: no dose is ruled out
  double dispersion = 1.0;          ///< Pearson's X^2 a degree of freedom, at least 1
  std::string reason;               ///< why there is no threshold

  /// Half the interval over the threshold; absent where one of them is.
  [[nodiscard]] std::optional<double> relative_half_width() const;
};

/// Maximum likelihood of the binomial counts, and the 95 % interval of the threshold by profile likelihood: every dose
/// at which the curve may cross without the log-likelihood falling by more than 1.92 times the dispersion. Where runs
/// scatter more than their counts explain, the interval widens with them (McCullagh and Nelder, Generalized Linear
/// Models, 1989). Profile likelihood rather than a bootstrap: it needs no random numbers, respects the
/// limits of the curve, and stays one-sided where the levels rule out one side only.
///
/// No threshold where the curve at dose 0 is over 1 - p already, or nowhere reaches it up to the highest dose. Throws
/// std::invalid_argument for no level, for counts or doses that make no sense, and for p100.
[[nodiscard]] ThresholdFit fit_threshold(std::span<const ThresholdLevel> levels, Percentile percentile);

}  // namespace assay
