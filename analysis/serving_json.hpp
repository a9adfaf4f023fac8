#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "analysis/run_file_field.hpp"
#include "analysis/serving_record.hpp"

namespace assay {

/// The member "serving" of a run file: null where no serving engine ran. Bins stand in columns.
[[nodiscard]] nlohmann::ordered_json serving_json(const std::optional<ServingRecord>& serving);

/// Nothing where the member is absent or null, as in files of before it. Throws std::runtime_error naming the member
/// for one that cannot be: a negative amount, a waterfall that does not sum to 1, columns of unequal length, more than
/// kMostServingBins bins.
[[nodiscard]] std::optional<ServingRecord> read_serving(const Field& field);

}  // namespace assay
