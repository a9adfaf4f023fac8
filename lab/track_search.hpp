#pragma once

#include <functional>
#include <optional>
#include <string>

#include "analysis/peak_search.hpp"
#include "analysis/run_document.hpp"
#include "analysis/track_record.hpp"
#include "lab/run_options.hpp"

namespace assay {

/// A run of a track and what the track keeps of it.
struct KeptRun {
  RunDocument document;
  TrackRun kept;
};

/// Measures and keeps one run of a search. Nothing where the track cannot go on: no result, or a person asked for the
/// end.
using MeasureProbe =
    std::function<std::optional<KeptRun>(const RunOptions& run, const std::string& id, const std::string& title)>;

/// Makes the probes of a search at the rates that it asks for, until it asks no more. `finish` is called once, also
/// where a probe throws: the probes so far are kept. False where a probe says that the track cannot go on.
[[nodiscard]] bool make_probes(PeakSearch& search, const std::function<bool(double rate_hz)>& probe,
                               const std::function<void()>& finish);

}  // namespace assay
