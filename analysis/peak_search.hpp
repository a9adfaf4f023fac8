#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/percentile.hpp"
#include "analysis/run_document.hpp"
#include "analysis/window_share.hpp"

namespace assay {

enum class ProbeOutcome { held, broke, undecided };

[[nodiscard]] std::string_view name_of(ProbeOutcome outcome);

/// One Server test of a peak search.
struct PeakProbe {
  double rate_hz = 0.0;
  WindowShare share;                               ///< of the queries within the window, 95 % interval
  std::optional<double> tail_latency_s;            ///< the target percentile; absent: infinite
  bool generator_limited = false;                  ///< the generator was late: what broke may not be the system
  ProbeOutcome outcome = ProbeOutcome::undecided;  ///< set by PeakSearch::record()
};

/// The probe that a finished Server run with a latency window makes. Throws std::invalid_argument without a window.
[[nodiscard]] PeakProbe probe_of(const RunDocument& run);

/// held: even the lower limit of the share within the window is at least the percentile. broke: even the upper limit
/// is below it. Else the probe was too short or too close to the peak to tell.
[[nodiscard]] ProbeOutcome outcome_of(const WindowShare& share, Percentile percentile);

struct PeakSearchSettings {
  double start_rate_hz = 1.0;
  double lowest_rate_hz = 1e-3;
  double highest_rate_hz = 1e7;
  double growth = 2.0;  ///< factor between the rates that look for a bracket
  /// Where a forecast tells of a rate that surely breaks: tried next once a lower one held or decided nothing.
  std::optional<double> breaking_rate_hz;
  double resolution = 0.02;  ///< the search ends when neighbouring findings differ by less
  std::uint64_t most_probes = 40;
  Percentile percentile = Percentile::of_parts_per_million(990'000);
  /// Where only whole multiples of a rate can be asked for: that rate, of which the three above are multiples. The
  /// search then ends with neighbours. 0: any rate.
  double step_hz = 0.0;
  std::string step_name;  ///< one of what is counted then: "camera"
};

/// What a search found. The peak lies in [held_hz, broke_hz]; rates between may be undecided.
struct PeakEstimate {
  std::optional<double> held_hz;   ///< highest rate that held, below the lowest that broke
  std::optional<double> broke_hz;  ///< lowest rate that broke
  std::optional<double> point_hz;  ///< geometric mean of the two; with steps held_hz
  bool generator_limited = false;  ///< at broke_hz the generator itself could not keep up
  std::string reason;              ///< what is in doubt: an end missing, not confirmed, or rates undecided; else empty
};

/// Looks for the highest rate that holds a latency window, as pure decisions: the caller measures next_rate() and
/// records what it saw until there is no next rate. Brackets geometrically, then bisects in the logarithm of the rate.
///
/// Noise only ever breaks a window. So one probe that held lets the search go on, but a rate counts as broken only when
/// two probes agree on it and none held. Both ends of the final bracket are then confirmed by a majority of up to
/// three probes, the broken end by fresh ones; an end that is overturned sends the search on. A rate whose probes
/// decide nothing, not even pooled, is undecided: the bracket closes in on such rates from both sides instead of
/// guessing.
class PeakSearch {
 public:
  /// Throws std::invalid_argument, naming each setting that makes no sense.
  explicit PeakSearch(const PeakSearchSettings& settings);

  /// The rate to probe next; absent when the search is over.
  [[nodiscard]] std::optional<double> next_rate() const;
  /// Records a probe of next_rate(). Throws std::logic_error for another rate or after the end.
  void record(PeakProbe probe);

  [[nodiscard]] PeakEstimate estimate() const;
  /// All probes, in the order in which they were made.
  [[nodiscard]] const std::vector<PeakProbe>& probes() const { return probes_; }

 private:
  /// What is known of one rate. Only the probes of the present round vote.
  struct Level {
    std::vector<PeakProbe> round;
    bool majority_needed = false;  ///< one probe that held no longer suffices
    bool confirmed_broken = false;
    std::optional<ProbeOutcome> in_question;  ///< what is being confirmed: holds if the probes end before that does
    [[nodiscard]] std::optional<ProbeOutcome> decision(Percentile percentile) const;
  };
  struct Bracket;

  [[nodiscard]] bool over() const { return probes_.size() >= settings_.most_probes; }
  [[nodiscard]] Bracket bracket() const;
  [[nodiscard]] std::optional<double> rate_inside(const Bracket& bracket) const;
  [[nodiscard]] std::optional<double> step_inside(const Bracket& bracket) const;
  [[nodiscard]] double on_step(double rate_hz) const;
  [[nodiscard]] std::string text_of(double rate_hz) const;
  [[nodiscard]] std::optional<double> rate_to_confirm(const Bracket& bracket) const;
  [[nodiscard]] std::string reason_for_doubt(const Bracket& bracket) const;

  PeakSearchSettings settings_;
  std::map<double, Level> levels_;
  std::vector<PeakProbe> probes_;
};

}  // namespace assay
