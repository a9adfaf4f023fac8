#pragma once

#include <optional>

#include "analysis/run_document.hpp"
#include "loadgen/test_result.hpp"
#include "scenarios/workload.hpp"

namespace assay {

/// Server only, where windows judge. Throws std::invalid_argument with what the workload says is out of reach.
void require_feasible(const Workload& workload, const TestSettings& settings);

/// Puts the record into the document with what the test shows beside it: goodput under the windows, energy and price a
/// token. Nothing where there is no record.
void record_serving(RunDocument& document, const TestResult& result, std::optional<ServingRecord> record);

}  // namespace assay
