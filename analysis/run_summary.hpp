#pragma once

#include <optional>

#include "analysis/run_document.hpp"
#include "analysis/tail_attribution.hpp"
#include "analysis/verdict.hpp"
#include "loadgen/test_result.hpp"

namespace assay {

/// Fills everything in `run` that follows from the test alone: the scenario block (all but `seed`), the verdict, the
/// headline metric, rates, latency records, lateness, errors and series, and appends warnings. Leaves identity,
/// workload, machine and conditions to the caller. Depends on nothing but its arguments, so a result can be recomputed
/// from its records anywhere; `evidence` is what only the run itself could see of its tail. Each distribution is sorted
/// once; 10^7 records take under a second at -O3.
void fill_results(RunDocument& run, const TestResult& result, const std::optional<OutputVerdict>& output_check,
                  const TailEvidence& evidence = {});

}  // namespace assay
