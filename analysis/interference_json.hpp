#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "analysis/run_document.hpp"
#include "analysis/run_file_field.hpp"

namespace assay {

/// The member "interference" of a run file: null where nothing was injected, else {"doses": [...]}.
[[nodiscard]] nlohmann::ordered_json interference_json(const std::vector<DoseRecord>& doses);
[[nodiscard]] std::vector<DoseRecord> read_interference(const Field& field);

/// What was asked, without what came of it: runs with equal requests may be compared.
[[nodiscard]] nlohmann::ordered_json interference_request_json(const std::vector<DoseRecord>& doses);

}  // namespace assay
