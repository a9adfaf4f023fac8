#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate_record.hpp"
#include "analysis/selftest_record.hpp"

// How the checks of a self-test are judged: numbers in, verdicts out.

namespace assay {

/// What one criterion of one check may err: that it fails a sound instrument.
inline constexpr double kSelftestError = 5e-4;

/// The largest k with P(Bin(runs, coverage) < k) <= error: with fewer runs inside, the intervals do not cover as often
/// as they say. For 20 runs: 19 at a coverage of 0.999, 14 at 0.93.
[[nodiscard]] std::uint64_t fewest_inside(std::uint64_t runs, double coverage, double error = kSelftestError);

/// The smallest k with P(Bin(count, rate) > k) <= error: more false alarms are too many.
[[nodiscard]] std::uint64_t most_alarms(std::uint64_t count, double rate, double error = kSelftestError);

/// One run of a known system at one percentile. Times in seconds.
struct KnownRun {
  double truth_s = 0.0;
  EstimateRecord strict;     ///< 99.99 %
  EstimateRecord published;  ///< as the result file has it
  double shift_s = 0.0;      ///< what the machine added to the percentile, by the system's own account
  std::string invalid;       ///< codes for which the run is INVALID; empty: none
};

/// The hand-over between the instrument's time stamp and the system's, and one reading of each clock: no law has it.
inline constexpr double kHandOverSeconds = 2e-6;

/// Whether the run can judge: it is VALID, and what the machine added is at most a fifth of the half width of the 95 %
/// interval, or 2 % of the truth where the law is a point.
[[nodiscard]] bool undisturbed(const KnownRun& run);

/// lower - (shift + hand-over) <= truth <= upper + hand-over; an end that is absent, as too few queries leave it,
/// bounds nothing.
[[nodiscard]] bool holds(const EstimateRecord& interval, const KnownRun& run);

/// Fills measured, runs, verdict and evidence from all runs that were made. `planned`: how many undisturbed ones make a
/// verdict.
void judge_known_runs(SelftestCheck& check, std::span<const KnownRun> runs, std::uint64_t planned,
                      const std::string& machine_state);

/// A check that was not made, with the reason: NOT POSSIBLE HERE.
[[nodiscard]] SelftestCheck check_not_made(const std::string& id, const std::string& title, const std::string& unit,
                                           const std::string& why);

/// Median of the values; nothing of none.
[[nodiscard]] std::optional<double> median_value(std::vector<double> values);

}  // namespace assay
