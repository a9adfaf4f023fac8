#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/percentile.hpp"
#include "analysis/threshold_fit.hpp"

namespace assay {

struct ThresholdSearchSettings {
  Percentile percentile = Percentile::of_parts_per_million(990'000);
  double lowest_dose = 1.0;
  double highest_dose = 1000.0;
  double model_dose = 100.0;  ///< what the 1 % law predicts (stall_model.hpp); taken to the nearer end if outside
  std::size_t most_runs = 10;
  double resolution = 0.05;  ///< half the interval over the threshold at which the search ends early
};

enum class ThresholdEnd { running, resolved, out_of_runs, baseline_violates, not_reached, below_lowest };

/// "running", "resolved", "out of runs", "baseline violates", "not reached", "below the lowest dose"
[[nodiscard]] std::string_view name_of(ThresholdEnd end);

struct ThresholdEstimate {
  ThresholdEnd end = ThresholdEnd::running;
  ThresholdFit fit;
  std::optional<double> highest_ok;       ///< highest dose whose level alone was ok
  std::optional<double> lowest_violated;  ///< lowest dose whose level alone was violated
  std::string reason;                     ///< why there is no threshold, or less of one than was asked for; else empty
};

/// Finds in at most ten runs the dose of a disturbance above which a percentile leaves its window, as pure decisions:
/// the caller measures next_dose() and records what it saw until there is no next dose.
///
/// Bisection on the percentile itself gives false precision: close to the threshold p99 jumps between the stalled and
/// the undisturbed latency from run to run, and two bisections of the same machine ended in intervals that did not
/// meet. Here every run counts as a number of queries over the window, and the threshold comes with its interval from
/// the fit to all of them (threshold_fit.hpp).
///
/// The first run is the baseline, the second the model's dose; then doses double or halve until the window has been
/// missed on one side and kept on the other. From there on the next dose is the one that shrinks the variance of the
/// threshold most, by the Fisher information of the fit, among those at which 0.5 to 2 times 1 - p are expected over
/// the window, in turn at or above and at or below the threshold: beyond that the straight line is not trusted.
class ThresholdSearch {
 public:
  /// Throws std::invalid_argument unless 0 < lowest < highest, model_dose > 0, resolution > 0, most_runs >= 3 and the
  /// percentile is below p100.
  explicit ThresholdSearch(const ThresholdSearchSettings& settings);

  /// Absent when the search has ended.
  [[nodiscard]] std::optional<double> next_dose() const;
  /// The level that next_dose() asked for; its dose is the one achieved. Throws std::logic_error when the search has
  /// ended, std::invalid_argument for a level that makes no sense.
  void record(const ThresholdLevel& level);
  [[nodiscard]] const std::vector<ThresholdLevel>& levels() const { return levels_; }
  /// Throws std::logic_error before the first level.
  [[nodiscard]] ThresholdEstimate estimate() const;

 private:
  /// The baseline apart: highest dose with no more than 1 - p over, lowest with more.
  struct Bracket {
    std::optional<double> kept;
    std::optional<double> missed;
  };
  [[nodiscard]] Bracket bracket() const;
  [[nodiscard]] LevelVerdict verdict_at(double asked) const;
  [[nodiscard]] ThresholdEnd end() const;
  [[nodiscard]] double informative_dose(const Bracket& bracket) const;

  ThresholdSearchSettings settings_;
  std::vector<ThresholdLevel> levels_;
  std::vector<double> asked_;
  ThresholdFit fit_;
};

}  // namespace assay
