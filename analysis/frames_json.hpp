#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "analysis/run_file_field.hpp"
#include "analysis/run_frames.hpp"

namespace assay {

/// The member "frames" of a run file: null where the samples are no frames.
[[nodiscard]] nlohmann::ordered_json frames_json(const std::optional<FramesRecord>& frames);

/// Nothing where the member is absent or null, as in files of before it. Throws std::runtime_error naming the member
/// for one that cannot be: no stream, a count that exceeds its whole, a share outside 0 to 1, a negative time or rate.
[[nodiscard]] std::optional<FramesRecord> read_frames(const Field& field);

}  // namespace assay
