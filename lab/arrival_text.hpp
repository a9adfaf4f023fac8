#pragma once

#include <optional>
#include <string_view>

#include "loadgen/arrival_process.hpp"

namespace assay {

/// What follows --arrivals: "poisson", "constant", "gamma:0.5", "mmpp:10" or "mmpp:10:900ms:100ms", "step:5s:2",
/// "ramp:10s:2", "trace:FILE" or "trace:FILE:SPEED", "cameras:8x30" or "cameras:8x30:staggered"; what is left out has
/// the default of its struct. Throws std::invalid_argument with one line that quotes the text and says what is
/// accepted, and std::runtime_error naming the file if a trace cannot be read.
[[nodiscard]] ArrivalProcess parse_arrivals(std::string_view text);

/// "aligned", "staggered", "random"; nothing for any other name.
[[nodiscard]] std::optional<CameraPhase> camera_phase_from_name(std::string_view name);

/// What follows --late-frames: "queue" or "drop". Throws std::invalid_argument as parse_arrivals().
[[nodiscard]] LateFrames parse_late_frames(std::string_view text);

}  // namespace assay
