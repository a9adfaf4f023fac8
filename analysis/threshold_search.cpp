#include "analysis/threshold_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace assay {
namespace {

constexpr double kGrowth = 2.0;
/// Expected shares over the window, in units of 1 - p.
constexpr std::array<double, 3> kAtOrBelow = {0.5, 0.71, 1.0};
constexpr std::array<double, 3> kAtOrAbove = {1.0, 1.41, 2.0};

/// Fisher information of intercept a and slope s of a curve; a level adds n (1 - p) / p (1, d)' (1, d).
struct Information {
  double aa = 0.0;
  double as = 0.0;
  double ss = 0.0;

  void add(const DoseCurve& curve, double dose, double trials) {
    // A level that is never hit would weigh infinitely much.
    constexpr double kLeastShare = 1e-6;
    const double share = std::max(kLeastShare, curve.share_at(dose));
    const double weight = trials * (1.0 - share) / share;
    aa += weight;
    as += weight * dose;
    ss += weight * dose * dose;
  }

  /// Of the dose x at which the curve crosses, times the slope squared: the variance of a + s x.
  [[nodiscard]] double variance_at(double dose) const {
    const double determinant = aa * ss - as * as;
    return determinant > 0.0 ? (ss - 2.0 * dose * as + dose * dose * aa) / determinant
                             : std::numeric_limits<double>::infinity();
  }
};

}  // namespace

std::string_view name_of(ThresholdEnd end) {
  switch (end) {
    case ThresholdEnd::running:
      return "running";
    case ThresholdEnd::resolved:
      return "resolved";
    case ThresholdEnd::out_of_runs:
      return "out of runs";
    case ThresholdEnd::baseline_violates:
      return "baseline violates";
    case ThresholdEnd::not_reached:
      return "not reached";
    case ThresholdEnd::below_lowest:
      return "below the lowest dose";
  }
  return "running";
}

ThresholdSearch::ThresholdSearch(const ThresholdSearchSettings& settings) : settings_(settings) {
  constexpr std::size_t kFewestRuns = 3;
  std::string wrong;
  const auto require = [&wrong](bool holds, const std::string& text) { wrong += holds ? "" : "; " + text; };
  require(settings.lowest_dose > 0.0 && settings.lowest_dose < settings.highest_dose,
          fmt::format("doses from {} to {}: must be above 0 and in this order", settings.lowest_dose,
                      settings.highest_dose));
  require(settings.model_dose > 0.0, fmt::format("model dose {}: must be above 0", settings.model_dose));
  require(settings.resolution > 0.0, fmt::format("resolution {}: must be above 0", settings.resolution));
  require(settings.most_runs >= kFewestRuns,
          fmt::format("{} runs: there must be at least {}", settings.most_runs, kFewestRuns));
  require(settings.percentile.share_above() > 0.0, "p100: must be below");
  if (!wrong.empty()) {
    throw std::invalid_argument("threshold search" + wrong);
  }
}

ThresholdSearch::Bracket ThresholdSearch::bracket() const {
  Bracket bracket;
  for (std::size_t i = 1; i < levels_.size(); ++i) {
    if (levels_[i].share() > settings_.percentile.share_above()) {
      bracket.missed = std::min(asked_[i], bracket.missed.value_or(asked_[i]));
    } else {
      bracket.kept = std::max(asked_[i], bracket.kept.value_or(asked_[i]));
    }
  }
  return bracket;
}

/// Of all runs that asked for this dose as one.
LevelVerdict ThresholdSearch::verdict_at(double asked) const {
  ThresholdLevel all;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    if (asked_[i] == asked) {
      all.effective_trials += levels_[i].effective_trials;
      all.effective_exceedances += levels_[i].effective_exceedances;
    }
  }
  return all.effective_trials > 0.0 ? verdict_of(all, settings_.percentile) : LevelVerdict::undecided;
}

ThresholdEnd ThresholdSearch::end() const {
  if (levels_.empty()) {
    return ThresholdEnd::running;
  }
  if (verdict_at(0.0) == LevelVerdict::violated) {
    return ThresholdEnd::baseline_violates;
  }
  if (levels_.size() > 1) {
    const Bracket now = bracket();
    if (!now.missed && verdict_at(settings_.highest_dose) == LevelVerdict::ok) {
      return ThresholdEnd::not_reached;
    }
    if (!now.kept && verdict_at(settings_.lowest_dose) == LevelVerdict::violated) {
      return ThresholdEnd::below_lowest;
    }
    const auto half_width = fit_.relative_half_width();
    if (now.kept && now.missed && half_width && *half_width <= settings_.resolution) {
      return ThresholdEnd::resolved;
    }
  }
  return levels_.size() >= settings_.most_runs ? ThresholdEnd::out_of_runs : ThresholdEnd::running;
}

double ThresholdSearch::informative_dose(const Bracket& bracket) const {
  const auto crossing = fit_.curve.crossing(settings_.percentile);
  if (!crossing) {
    return std::sqrt(*bracket.kept * *bracket.missed);
  }
  const double highest = std::min(settings_.highest_dose, kGrowth * std::max(*bracket.kept, *bracket.missed));
  Information known;
  double trials = 0.0;
  std::ptrdiff_t above = 0;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    known.add(fit_.curve, levels_[i].dose, levels_[i].effective_trials);
    trials += levels_[i].effective_trials / static_cast<double>(levels_.size());
    above += i == 0 ? 0 : (levels_[i].dose > *crossing ? 1 : -1);
  }
  double best_dose = std::clamp(*crossing, settings_.lowest_dose, highest);
  double least = std::numeric_limits<double>::infinity();
  for (const double multiple : above > 0 ? kAtOrBelow : kAtOrAbove) {
    const double share = multiple * settings_.percentile.share_above();
    const double dose = (-std::log1p(-share) - fit_.curve.intercept) / fit_.curve.slope;
    const double possible = std::clamp(dose, settings_.lowest_dose, highest);
    Information with = known;
    with.add(fit_.curve, possible, trials);
    const double variance = with.variance_at(*crossing);
    if (variance < least) {
      least = variance;
      best_dose = possible;
    }
  }
  return best_dose;
}

std::optional<double> ThresholdSearch::next_dose() const {
  if (end() != ThresholdEnd::running) {
    return std::nullopt;
  }
  if (levels_.empty()) {
    return 0.0;
  }
  const auto possible = [this](double dose) { return std::clamp(dose, settings_.lowest_dose, settings_.highest_dose); };
  if (levels_.size() == 1) {
    return possible(settings_.model_dose);
  }
  const Bracket now = bracket();
  if (!now.missed) {
    return possible(*now.kept * kGrowth);
  }
  return now.kept ? informative_dose(now) : possible(*now.missed / kGrowth);
}

void ThresholdSearch::record(const ThresholdLevel& level) {
  const auto asked = next_dose();
  if (!asked) {
    throw std::logic_error(fmt::format("threshold search: a level at dose {} was recorded after the end", level.dose));
  }
  std::vector<ThresholdLevel> levels = levels_;
  levels.push_back(level);
  fit_ = fit_threshold(levels, settings_.percentile);
  levels_ = std::move(levels);
  asked_.push_back(*asked);
}

ThresholdEstimate ThresholdSearch::estimate() const {
  if (levels_.empty()) {
    throw std::logic_error("threshold search: an estimate was asked for before the first level");
  }
  ThresholdEstimate estimate{.end = end(), .fit = fit_};
  for (const ThresholdLevel& level : levels_) {
    const LevelVerdict verdict = verdict_of(level, settings_.percentile);
    if (verdict == LevelVerdict::ok) {
      estimate.highest_ok = std::max(level.dose, estimate.highest_ok.value_or(level.dose));
    } else if (verdict == LevelVerdict::violated) {
      estimate.lowest_violated = std::min(level.dose, estimate.lowest_violated.value_or(level.dose));
    }
  }
  if (estimate.end == ThresholdEnd::below_lowest) {
    estimate.reason = fmt::format("violated at the lowest dose, {:.4g}, already", settings_.lowest_dose);
  } else if (!fit_.reason.empty()) {
    estimate.reason = fit_.reason;
  } else if (estimate.end == ThresholdEnd::out_of_runs) {
    const auto half_width = fit_.relative_half_width();
    estimate.reason = half_width ? fmt::format("after {} runs the threshold is known to within {:.2g} %, not {:.2g} %",
                                               levels_.size(), 100.0 * *half_width, 100.0 * settings_.resolution)
                                 : fmt::format("after {} runs no dose above the threshold is certain", levels_.size());
  }
  return estimate;
}

}  // namespace assay
