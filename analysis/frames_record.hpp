#pragma once

#include <optional>

#include "analysis/run_distributions.hpp"
#include "analysis/run_frames.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// The frames of a test with camera arrivals, or of MultiStream, whose samples are the frames. Nothing for other
/// tests, and where nothing was issued. The deadline is the window, or the period where a camera run has none;
/// MultiStream without a window has no deadline and no record.
[[nodiscard]] std::optional<FramesRecord> frames_record(const TestResult& result,
                                                        const RunDistributions& distributions);

/// What a display with refreshes at the triggers of the one camera of `result` would have shown. `frames_per_s` above
/// 0; records not empty.
[[nodiscard]] DisplayRecord display_record(const TestResult& result, double frames_per_s);

}  // namespace assay
