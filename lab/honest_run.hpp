#pragma once

#include "analysis/run_document.hpp"

namespace assay {

/// Throws CommandError (run_invalid) where a run of a series is worthless: the system did not do its work, or its clock
/// stepped. A missed window may be what the series is for, and a dose that was not delivered counts at what was.
void require_honest(const RunDocument& run);

}  // namespace assay
