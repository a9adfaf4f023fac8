#pragma once

#include "lab/flag_reader.hpp"
#include "scenarios/run_request.hpp"

namespace assay {

/// The flags of a server behind HTTP, and its key from the environment (ASSAY_API_KEY), which is kept nowhere.
void read_remote(FlagReader& flags, RunRequest& request);

}  // namespace assay
