#pragma once

#include <string>

#include "lab/flow/lab_session.hpp"
#include "lab/flow/lab_state.hpp"

// A lab as a terminal shows it. Of a part whose predictions are not all locked, only what is asked.

namespace assay {

/// How to walk a lab by commands.
[[nodiscard]] std::string lab_walk_text();

/// Everything, part by part, and what comes next.
[[nodiscard]] std::string lab_status_text(const LabState& state, const LedgerReading& reading, bool busy);

/// What comes next, in one line with its command.
[[nodiscard]] std::string lab_next_text(const LabState& state);

/// The reveals of a part that are there now; empty: none.
[[nodiscard]] std::string lab_reveals_text(const LabState& state, std::size_t part);

/// The thresholds and the fleet of a part; empty: none.
[[nodiscard]] std::string lab_thresholds_text(const LabState& state, std::size_t part);

}  // namespace assay
