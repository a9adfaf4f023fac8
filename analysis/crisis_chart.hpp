#pragma once

#include <string>

#include "analysis/html.hpp"
#include "analysis/terminal_histogram.hpp"
#include "analysis/track_record.hpp"

namespace assay {

/// The part of the page that a track puts first: who asks, what is claimed, what was found, a chart of bars with the
/// limit across them, and the same as a table. Claims are hollow bars with a word, so that it reads without colour; no
/// script draws it.
[[nodiscard]] Html crisis_section(const TrackRecord& record);

/// The same for a terminal.
[[nodiscard]] std::string crisis_text(const TrackRecord& record, const TextStyle& style);

/// "CONFIRMED", "NOT CONFIRMED", "OPEN"
[[nodiscard]] std::string outcome_word(CrisisOutcome outcome);

}  // namespace assay
