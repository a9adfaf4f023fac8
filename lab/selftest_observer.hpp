#pragma once

#include "analysis/selftest_record.hpp"
#include "lab/measurement.hpp"

namespace assay {

/// What watching costs: one system with a known law, measured by `assay run` with nobody watching and with ten reports
/// a second, in turn, and compared like any two sets of runs. Writes its runs into the folder of `measurements`.
[[nodiscard]] SelftestCheck observer_check(Measurements& measurements, bool full);

}  // namespace assay
