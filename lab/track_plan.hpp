#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/percentile.hpp"
#include "harness/time.hpp"
#include "lab/run_options.hpp"
#include "scenarios/track_definition.hpp"

namespace assay {

/// What of a track a person chose.
struct TrackChoices {
  bool full = false;
  std::string size = "calibrated";      ///< or a value of the calibrated parameter: "fixed"
  std::optional<std::string> duration;  ///< of each run, instead of the preset's
  std::optional<std::string> workload;  ///< instead of the track's
  std::vector<std::string> parameters;  ///< over the track's
  std::string seed = "0";
};

/// A step as it will be measured.
struct TrackStep {
  TrackStepDefinition definition;
  RunOptions run;
  Nanoseconds expected{0};
};

/// What a person chose to leave out, and why it cannot be done here.
struct TrackPlan {
  std::vector<TrackStep> calibration;  ///< one a size; empty: nothing to choose
  std::string size_mode;               ///< "calibrated", "fixed", "given"
  std::string size_note;               ///< why it is "given"
  std::vector<TrackStep> steps;
  std::vector<std::string> left_out;  ///< "step: reason"
};

/// "quick", "full", or "2s each" where a duration was asked for.
[[nodiscard]] std::string preset_name(const TrackChoices& choices);

/// Checks each step as request_from() does, with the first size of the calibration where there is one. Throws
/// CommandError (usage) for what cannot be measured and is not optional, or for a size that the track does not have.
/// `realtime_refusal`: why real-time priority cannot be had; nothing if it can.
[[nodiscard]] TrackPlan plan_track(const TrackDefinition& track, const TrackChoices& choices,
                                   const std::optional<std::string>& realtime_refusal);

/// The same run with the parameter set to this value, in place of one it may have.
[[nodiscard]] RunOptions with_parameter(RunOptions run, const std::string& name, const std::string& value);

/// The run of a search step for so many cameras.
[[nodiscard]] RunOptions for_cameras(const RunOptions& run, std::uint64_t cameras);

/// Of the window that the track is judged by; 99 where it names only a time.
[[nodiscard]] Percentile percentile_of(const TrackDefinition& track);

/// How long the plan takes at least: its runs, and a few seconds around each.
[[nodiscard]] Nanoseconds expected_time(const TrackPlan& plan);

/// What a run costs besides its measured time: start, preparation, warm-up, summary.
inline constexpr Nanoseconds kAroundRun = std::chrono::seconds{3};

}  // namespace assay
