#pragma once

#include <string>

#include "lab/flag_reader.hpp"
#include "scenarios/run_request.hpp"

namespace assay {

/// A workload as typed: "llama:preset=tiny,weights=int8" names parameters as well.
void read_workload(const std::string& text, WorkloadRequest& request, FlagReader& flags);

/// The flags of workload llama. Call it when scenario, windows and parameters are read.
void read_serving(FlagReader& flags, RunRequest& request);

}  // namespace assay
