#pragma once

#include <optional>

#include "analysis/run_document.hpp"
#include "loadgen/test_result.hpp"
#include "scenarios/serving/serving_simulation.hpp"
#include "scenarios/workload.hpp"

namespace assay {

/// Server only, where windows judge. Throws std::invalid_argument with what the workload says is out of reach.
void require_feasible(const Workload& workload, const TestSettings& settings);

/// Puts the record into the document with what the test shows beside it: goodput under the windows, energy and price a
/// token. Nothing where there is no record.
void record_serving(RunDocument& document, const TestResult& result, std::optional<ServingRecord> record);

/// The decoder of a run of workload llama for virtual time: its shape, formats, cache and levers, with the ceilings and
/// the time model that its warm-up measured. Nothing for another run, or where the file lacks a part.
[[nodiscard]] std::optional<ServingSetup> calibrated_setup(const RunDocument& document);

}  // namespace assay
