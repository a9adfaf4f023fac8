#pragma once

#include <functional>

#include "analysis/percentile.hpp"
#include "lab/track_plan.hpp"
#include "lab/track_search.hpp"

namespace assay {

/// How many cameras hold the window, as `assay peak --cameras` searches: a rate is so many cameras. What was found so
/// far goes to `take` even where a probe throws. False where the track cannot go on.
[[nodiscard]] bool search_cameras(const TrackStep& step, Percentile percentile, const MeasureProbe& measure,
                                  const std::function<void(CameraSearch)>& take);

}  // namespace assay
