#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "analysis/run_file_field.hpp"
#include "analysis/run_soak.hpp"

namespace assay {

/// The member "soak" of a run file: null where none was asked for.
[[nodiscard]] nlohmann::ordered_json soak_json(const std::optional<SoakRecord>& soak);

/// Throws std::runtime_error for columns of unequal length, a segment outside the points, and an unknown verdict.
[[nodiscard]] std::optional<SoakRecord> read_soak(const Field& field);

}  // namespace assay
