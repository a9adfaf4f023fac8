#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "analysis/run_document.hpp"
#include "analysis/run_file_field.hpp"

namespace assay {

/// The member "result.attribution" of a run file.
[[nodiscard]] nlohmann::ordered_json attribution_json(const std::optional<AttributionRecord>& attribution);
/// Nothing where the member is absent or null, as in files of before it.
[[nodiscard]] std::optional<AttributionRecord> read_attribution(const Field& field);

}  // namespace assay
