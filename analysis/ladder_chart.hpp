#pragma once

#include "analysis/html.hpp"
#include "analysis/track_record.hpp"

namespace assay {

/// Of a ladder of serving levers: tokens a second against the time per token, a mark for each probe, filled where it
/// held both windows; and where the time went in Offline, in the crisis and after the repair. No script draws it. Empty
/// without a ladder.
[[nodiscard]] Html ladder_charts(const TrackRecord& record);

}  // namespace assay
