#include "analysis/threshold_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "analysis/estimate_record.hpp"
#include "analysis/format.hpp"

namespace assay {
namespace {

/// Half the 95 % quantile of chi-squared with one degree of freedom.
constexpr double kLikelihoodDrop = 1.9207294103;
/// -ln(1 - p) beyond this is a share of 1 in doubles.
constexpr double kLargestExponent = 40.0;
constexpr int kBisections = 80;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Levels = std::span<const ThresholdLevel>;

/// Log-likelihood of a level at exponent x = -ln(1 - p), without the binomial coefficient: k ln(1 - exp(-x)) - (n - k)
/// x. Concave in x, so everything below that is linear in its arguments is concave too.
double log_likelihood(const ThresholdLevel& level, double exponent) {
  const double hits = level.effective_exceedances > 0.0
                          ? level.effective_exceedances * std::log(-std::expm1(-std::max(0.0, exponent)))
                          : 0.0;
  return hits - (level.effective_trials - level.effective_exceedances) * exponent;
}

/// Its derivative: k / (exp(x) - 1) - (n - k).
double likelihood_slope(const ThresholdLevel& level, double exponent) {
  const double misses = level.effective_trials - level.effective_exceedances;
  if (level.effective_exceedances <= 0.0) {
    return -misses;
  }
  return exponent <= 0.0 ? kInfinity : level.effective_exceedances / std::expm1(exponent) - misses;
}

/// Where a falling function changes sign in [low, high]; an end where it does not.
template <class Function>
double falling_root(Function function, double low, double high) {
  for (int step = 0; step < kBisections && high - low > 1e-13 * high; ++step) {
    const double middle = (low + high) / 2.0;
    (function(middle) > 0.0 ? low : high) = middle;
  }
  return (low + high) / 2.0;
}

double log_likelihood(Levels levels, const DoseCurve& curve) {
  double sum = 0.0;
  for (const ThresholdLevel& level : levels) {
    sum += log_likelihood(level, curve.intercept + curve.slope * level.dose);
  }
  return sum;
}

/// The likeliest slope for an intercept; 0 where no level has a dose.
double slope_for(Levels levels, double intercept) {
  double lowest = kInfinity;
  for (const ThresholdLevel& level : levels) {
    lowest = level.dose > 0.0 ? std::min(lowest, level.dose) : lowest;
  }
  if (lowest == kInfinity) {
    return 0.0;
  }
  const auto derivative = [&](double slope) {
    double sum = 0.0;
    for (const ThresholdLevel& level : levels) {
      sum += level.dose > 0.0 ? level.dose * likelihood_slope(level, intercept + slope * level.dose) : 0.0;
    }
    return sum;
  };
  return derivative(0.0) <= 0.0 ? 0.0 : falling_root(derivative, 0.0, kLargestExponent / lowest);
}

/// By the sign of the derivative along the ridge of likeliest slopes, where that of the slope vanishes.
DoseCurve likeliest_curve(Levels levels) {
  const auto derivative = [&](double intercept) {
    const double slope = slope_for(levels, intercept);
    double sum = 0.0;
    for (const ThresholdLevel& level : levels) {
      sum += likelihood_slope(level, intercept + slope * level.dose);
    }
    return sum;
  };
  const double intercept = derivative(0.0) <= 0.0 ? 0.0 : falling_root(derivative, 0.0, kLargestExponent);
  return {.intercept = intercept, .slope = slope_for(levels, intercept)};
}

/// The largest log-likelihood of the curves that cross `crossing` at `dose`: with the slope (crossing - a) / dose only
/// the intercept a in [0, crossing] is free.
double profile(Levels levels, double dose, double crossing) {
  const auto exponent = [&](const ThresholdLevel& level, double intercept) {
    return intercept + (crossing - intercept) * level.dose / dose;
  };
  const auto derivative = [&](double intercept) {
    double sum = 0.0;
    for (const ThresholdLevel& level : levels) {
      const double weight = 1.0 - level.dose / dose;
      sum += weight == 0.0 ? 0.0 : weight * likelihood_slope(level, exponent(level, intercept));
    }
    return sum;
  };
  double intercept = 0.0;
  if (derivative(0.0) > 0.0) {
    intercept = derivative(crossing) >= 0.0 ? crossing : falling_root(derivative, 0.0, crossing);
  }
  return log_likelihood(levels, {.intercept = intercept, .slope = (crossing - intercept) / dose});
}

/// Pearson's X^2 a degree of freedom, at least 1: two levels or fewer always fit.
double dispersion_of(Levels levels, const DoseCurve& curve) {
  if (levels.size() <= 2) {
    return 1.0;
  }
  double sum = 0.0;
  for (const ThresholdLevel& level : levels) {
    const double share = curve.share_at(level.dose);
    const double variance = level.effective_trials * share * (1.0 - share);
    if (variance > 0.0) {
      const double residual = level.effective_exceedances - level.effective_trials * share;
      sum += residual * residual / variance;
    }
  }
  return std::max(1.0, sum / static_cast<double>(levels.size() - 2));
}

/// The end of the interval between a dose inside it and one that may be outside, by bisection of the logarithm; absent
/// where the far end is inside as well.
std::optional<double> interval_end(Levels levels, double crossing, double least, double inside, double outside) {
  if (profile(levels, outside, crossing) >= least) {
    return std::nullopt;
  }
  for (int step = 0; step < kBisections && std::abs(outside / inside - 1.0) > 1e-9; ++step) {
    const double middle = std::sqrt(inside * outside);
    (profile(levels, middle, crossing) >= least ? inside : outside) = middle;
  }
  return inside;
}

void require_sensible(Levels levels, Percentile percentile) {
  std::string wrong;
  for (const ThresholdLevel& level : levels) {
    const bool sensible = level.dose >= 0.0 && std::isfinite(level.dose) && level.effective_trials > 0.0 &&
                          std::isfinite(level.effective_trials) && level.effective_exceedances >= 0.0 &&
                          level.effective_exceedances <= level.effective_trials;
    if (!sensible) {
      wrong +=
          fmt::format("; {} of {} over at dose {}", level.effective_exceedances, level.effective_trials, level.dose);
    }
  }
  if (levels.empty() || !wrong.empty() || percentile.share_above() == 0.0) {
    throw std::invalid_argument(fmt::format(
        "threshold of {} from {} levels: the percentile must be below p100, there must be a level, doses must not be "
        "negative, trials above 0 and exceedances no more than trials{}",
        percentile.name(), levels.size(), wrong));
  }
}

}  // namespace

std::string_view name_of(LevelVerdict verdict) {
  switch (verdict) {
    case LevelVerdict::ok:
      return "ok";
    case LevelVerdict::violated:
      return "violated";
    case LevelVerdict::undecided:
      return "undecided";
  }
  return "undecided";
}

ShareInterval share_interval(const ThresholdLevel& level) {
  return clopper_pearson({.successes = level.effective_exceedances, .trials = level.effective_trials},
                         kUsualConfidence);
}

LevelVerdict verdict_of(const ThresholdLevel& level, Percentile percentile) {
  const ShareInterval interval = share_interval(level);
  if (interval.upper <= percentile.share_above()) {
    return LevelVerdict::ok;
  }
  return interval.lower > percentile.share_above() ? LevelVerdict::violated : LevelVerdict::undecided;
}

double DoseCurve::share_at(double dose) const { return -std::expm1(-(intercept + slope * dose)); }

std::optional<double> DoseCurve::crossing(Percentile percentile) const {
  const double height = -std::log(percentile.fraction()) - intercept;
  return height > 0.0 && slope > 0.0 ? std::optional(height / slope) : std::nullopt;
}

std::optional<double> ThresholdFit::relative_half_width() const {
  if (!threshold || !lower || !upper) {
    return std::nullopt;
  }
  return (*upper - *lower) / 2.0 / *threshold;
}

ThresholdFit fit_threshold(std::span<const ThresholdLevel> levels, Percentile percentile) {
  require_sensible(levels, percentile);
  const double crossing = -std::log(percentile.fraction());
  const double highest = std::ranges::max(levels, {}, &ThresholdLevel::dose).dose;
  ThresholdFit fit{.curve = likeliest_curve(levels)};
  fit.dispersion = dispersion_of(levels, fit.curve);
  if (fit.curve.intercept >= crossing) {
    fit.reason = fmt::format("{} of the queries are over the window without any disturbance, {} may be",
                             format_percent(fit.curve.share_at(0.0)), format_percent(percentile.share_above()));
    return fit;
  }
  if (highest == 0.0) {
    fit.reason = "only the baseline was measured";
    return fit;
  }
  constexpr double kFar = 1e6;
  const double least = log_likelihood(levels, fit.curve) - kLikelihoodDrop * fit.dispersion;
  const double crossed = fit.curve.crossing(percentile).value_or(kInfinity);
  const double inside = std::min(crossed, kFar * highest);
  fit.lower = interval_end(levels, crossing, least, inside, std::min(inside, highest) / kFar).value_or(0.0);
  constexpr double kRounding = 1e-6;
  if (crossed > highest * (1.0 + kRounding)) {
    fit.reason = fmt::format("never violated up to the highest dose, {:.4g}", highest);
    return fit;
  }
  fit.threshold = crossed;
  fit.upper = interval_end(levels, crossing, least, inside, kFar * highest);
  return fit;
}

}  // namespace assay
