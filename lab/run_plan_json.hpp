#pragma once

#include <string>

#include "scenarios/run_request.hpp"

namespace assay {

/// What a run would do, without doing it ("assay/plan/1"): the seeds, the loaded set, the number of queries where it is
/// known beforehand, and of the first 1,000 queries the scheduled times [ns from the start] and the sample indices.
[[nodiscard]] std::string run_plan_json(const RunRequest& request);

/// The same in a few lines for a person.
[[nodiscard]] std::string run_plan_text(const RunRequest& request);

}  // namespace assay
