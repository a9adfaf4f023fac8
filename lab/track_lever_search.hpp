#pragma once

#include <functional>
#include <optional>
#include <string>

#include "analysis/peak_search.hpp"
#include "analysis/percentile.hpp"
#include "analysis/serving_ladder_record.hpp"
#include "lab/track_plan.hpp"
#include "lab/track_search.hpp"

namespace assay {

/// What a lever is asked.
struct LeverQuestion {
  Percentile percentile = Percentile::of_percent(99.0);
  std::optional<LeverForecast> forecast;  ///< the search begins at its rate
  std::string forecast_note;              ///< why there is none
  double offline_rate_hz = 1.0;  ///< requests a second that Offline completes: none half as high again is tried
  std::uint64_t most_probes = 8;
  std::string flags;  ///< that differ from the step before, as typed
};

/// From which rates the peak is looked for.
[[nodiscard]] PeakSearchSettings lever_search_settings(const LeverQuestion& question);

/// The highest Server rate that holds the windows of the first token and of the time per token. What was found so far
/// goes to `take` even where a probe throws. False where the track cannot go on.
[[nodiscard]] bool search_lever(const TrackStep& step, const LeverQuestion& question, const MeasureProbe& measure,
                                const std::function<void(LadderRung)>& take);

/// The flags of a step that another does not have or has otherwise, as typed.
[[nodiscard]] std::string changed_flags(const TrackStepDefinition* before, const TrackStepDefinition& step);

}  // namespace assay
