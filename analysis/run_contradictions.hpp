#pragma once

#include <string>
#include <vector>

#include "analysis/run_document.hpp"

namespace assay {

/// Numbers of a run that cannot hold together, one line "result.latency.p99: ..." each: an interval around another
/// place than its point, percentiles that fall, a histogram of another count, a verdict that its reasons contradict. A
/// run that this program wrote has none; each one was typed in by hand or by another program.
[[nodiscard]] std::vector<std::string> run_contradictions(const RunDocument& run);

}  // namespace assay
